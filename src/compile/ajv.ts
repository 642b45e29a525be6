/*
 * Ajv with its formats, in a file that is loaded by import(): a bundler gives the names of a CommonJS module to
 * static imports alone.
 */
export { _, Ajv2020, Name } from "ajv/dist/2020.js";
export { default as formats } from "ajv-formats";
