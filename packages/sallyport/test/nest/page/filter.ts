import { type ArgumentsHost, Catch } from "@nestjs/common";
import { BaseExceptionFilter } from "@nestjs/core";
import { AuthError } from "sallyport/nest";

// With `refuse: "throw"`; provide it as APP_FILTER. Status and headers of a refusal are the error's own.
@Catch(AuthError)
export class AuthErrorFilter extends BaseExceptionFilter<AuthError> {
  override catch(error: AuthError, host: ArgumentsHost) {
    const body = { title: error.description, status: error.status };
    this.httpAdapterHost?.httpAdapter.reply(host.switchToHttp().getResponse(), body, error.status);
  }
}
