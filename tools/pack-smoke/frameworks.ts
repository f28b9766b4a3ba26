// TypeScript with every framework: the types that we name are those that the frameworks have.
import { createServer } from "node:http";
import type { INestApplication } from "@nestjs/common";
import { Controller, Delete, Get, Module } from "@nestjs/common";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { Registry } from "prom-client";
import type { Identity } from "sallyport";
import { sallyport as onExpress } from "sallyport/express";
import { sallyport as onFastify } from "sallyport/fastify";
import { sallyport as onHono } from "sallyport/hono";
import { anyOf, Caller, Protected, Public, role, SallyportModule, scope } from "sallyport/nest";
import { applySallyport } from "sallyport/nest/swagger";
import { sallyport as onNode } from "sallyport/node";
import { openTelemetry } from "sallyport/opentelemetry";
import { prometheus } from "sallyport/prom-client";

const options = { issuer: "https://idp.example.org/realms/demo", audience: "my-api" };
const admin = anyOf(role("Admin"), scope("users:write"));

const forFastify = onFastify(options);
export const fastifyApp = fastify();
fastifyApp.get("/me", forFastify.required(), (request) => ({ sub: forFastify.identity(request).subject }));
fastifyApp.register(forFastify.plugin());

const telemetry = [prometheus({ registry: new Registry() }), openTelemetry({ meter: false })];
const forHono = onHono(options, { telemetry });
export const honoApp = new Hono().get("/me", forHono.required(admin), (c) => c.json(c.var.identity.subject));

const forExpress = onExpress(options);
export const expressApp = express();
expressApp.get("/me", forExpress.required(), (req, res) => {
  res.json(forExpress.identity(req).subject);
});

const forNode = onNode(options);
export const server = createServer(
  forNode.required((request, response) => response.end(forNode.identity(request).subject)),
);

@Controller()
class Users {
  @Get("me") me(@Caller() who: Identity) {
    return who.subject;
  }
  @Protected(admin) @Delete(":id") remove() {}
  @Public() @Get("health") health() {}
}

@Module({ imports: [SallyportModule.forRoot({ ...options, global: true })], controllers: [Users] })
export class AppModule {}

export const document = (app: INestApplication) =>
  applySallyport(app, () => SwaggerModule.createDocument(app, new DocumentBuilder().build())).paths;
