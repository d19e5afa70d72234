import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import keylight from "./scripts/lint/import-law.js";

const noExportAll = { selector: "ExportAllDeclaration", message: "Name what is exported." };
const environmentReads = [
  "MemberExpression[property.name='env']:matches([object.name='process'], [object.property.name='process'])",
  "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
  "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']",
].map((selector) => ({ selector, message: "Only src/core/environment.ts, and src/cli/main.ts for the command, reads process.env." }));

export default defineConfig(
  { ignores: ["dist/", "coverage/", "reports/", "site/", ".tmp/", "**/generated/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-syntax": ["error", noExportAll],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // `[...text].length` counts code points, which is meant.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      // Callers in JavaScript hand in, and servers answer, what the types forbid.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // `request<T>()` names the answer's type once, on purpose.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // The string enums of graphql are compared with their strings.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", ignoreRestSiblings: true, varsIgnorePattern: "^_" }],
      // Never comes back from the visitor types of graphql.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A constructor that only narrows its parameters' types is not useless.
      "@typescript-eslint/no-useless-constructor": "off",
      // An abort rejects with the signal's own reason, whatever it is.
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingAny: true, allowThrowingUnknown: true }],
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingAny: true, allowThrowingUnknown: true }],
      // Methods that promise a promise are async, so that they reject and never throw.
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowBoolean: true, allowNumber: true }],
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { keylight },
    rules: {
      "keylight/import-law": "error",
      "keylight/no-service-names": "error",
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "no-restricted-syntax": ["error", noExportAll, ...environmentReads],
    },
  },
  { files: ["src/core/environment.ts", "src/cli/main.ts"], rules: { "no-restricted-syntax": ["error", noExportAll] } },
  { files: ["src/cli/**/*.ts"], rules: { "no-console": "off" } },
  {
    // Tests look into parsed JSON and hand in what types forbid.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/unbound-method": "off",
    },
  },
  { files: ["**/*.{js,cjs,mjs}"], rules: { eqeqeq: "error", "no-unused-vars": "error", "prefer-const": "error" } },
);
