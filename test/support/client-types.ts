import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { openApiDocument } from '../../api/openapi.ts';
import { routes } from '../../api/routes/index.ts';

/*
 * Writes the web app's types of the API, made from the same table of routes as the OpenAPI document. They are not
 * committed: the compiler and the linter have them made before they look.
 */

const file = fileURLToPath(new URL('../../web/api/schema.d.ts', import.meta.url));
const document = JSON.stringify(openApiDocument(routes));
writeFileSync(file, `${astToString(await openapiTS(document))}\n`);
