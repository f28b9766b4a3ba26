import { NestFactory } from "@nestjs/core";
import { Sallyport, scope } from "sallyport/nest";
import { appModule } from "./app.module.ts";

const issuer = "https://idp.example.org/realms/demo";

export async function bootstrap(port = 3000) {
  const app = await NestFactory.create(appModule({ issuer, audience: "my-api" }));
  // Where bodies are large: refuse before they are read.
  app.use("/uploads", app.get(Sallyport).middleware(scope("files:write")));
  app.enableShutdownHooks();
  return app.listen(port);
}
