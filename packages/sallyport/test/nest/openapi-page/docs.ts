import type { INestApplication } from "@nestjs/common";
import { DocumentBuilder, SwaggerModule } from "@nestjs/swagger";
import { applySallyport } from "sallyport/nest/swagger";

export function documentation(app: INestApplication, publicUrl: string) {
  const config = new DocumentBuilder().setTitle("Orders").setVersion("1.0.0").build();
  const document = applySallyport(app, () => SwaggerModule.createDocument(app, config));
  SwaggerModule.setup("docs", app, document, {
    swaggerOptions: {
      initOAuth: { clientId: "spa", scopes: ["openid"], usePkceWithAuthorizationCodeGrant: true },
      oauth2RedirectUrl: `${publicUrl}/docs/oauth2-redirect.html`,
    },
  });
  return document;
}
