import express from "express";
import { makeExpress } from "../support/express-server.ts";
import { runCases } from "../support/run-http-cases.ts";

runCases("express", makeExpress(express));
