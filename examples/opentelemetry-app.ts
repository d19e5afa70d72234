/** A program whose calls become spans, here on the console: `npx tsx examples/opentelemetry-app.ts`. */
import { trace } from "@opentelemetry/api";
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { me } from "keylight";
import { traceKeylight } from "./opentelemetry.ts";

// Your own set-up of OpenTelemetry, such as the NodeSDK, takes the place of these two lines.
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] });
trace.setGlobalTracerProvider(provider);

traceKeylight();

// Two spans: the login that the first call needs, and the call.
console.log((await me()).username);
await provider.shutdown();
