import { Injectable, Module } from "@nestjs/common";
import { SallyportModule } from "sallyport/nest";

@Injectable()
class Settings {
  readonly issuer = process.env.ISSUER ?? "https://idp.example.org/realms/demo";
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Module({
  imports: [
    SallyportModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ issuer }: Settings) => ({ issuer, audience: "my-api", global: true }),
    }),
  ],
})
export class AppModule {}
