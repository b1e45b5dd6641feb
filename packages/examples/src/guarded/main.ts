/**
 * Serves over HTTP, on the port in `PORT` or on 3000.
 */
import { runHttp } from "../runHttp.ts"
import { serve } from "./Server.ts"

runHttp(serve)
