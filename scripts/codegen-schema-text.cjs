"use strict";
const { printSchema } = require("graphql");

/** A codegen plugin that writes the schema as a string, for the fake server to build its executable schema from. */
exports.plugin = (schema) => `export const schemaText = ${JSON.stringify(printSchema(schema))};\n`;
