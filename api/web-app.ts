import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router, static as staticFiles, type Request, type Response } from 'express';

/** Where `cli/web-app.ts` puts what it builds. */
export const webFolder = fileURLToPath(new URL('../web/dist', import.meta.url));

/** Stands in the built page; each answer has a nonce of its own there. */
export const noncePlace = '__NONCE__';

const yearSeconds = 365 * 24 * 3_600;

/** The web app's files, and its one page for every path that nothing else answers and a browser asks for. */
export function webApp(folder: string): Router {
  const router = Router();
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = staticFiles(folder, {
    index: false,
    setHeaders: (res, path) => {
      // Their names change with what is in them.
      if (path.includes('/assets/'))
        res.set('Cache-Control', `public, max-age=${yearSeconds}, immutable`);
    },
  });
  router.get('/assets/:file', (req, res, next) => {
    const packed = `${req.path}.br`;
    res.vary('Accept-Encoding');
    if (req.acceptsEncodings('br') === 'br' && existsSync(join(folder, packed))) {
      res.type(req.path.slice(req.path.lastIndexOf('.'))).set('Content-Encoding', 'br');
      req.url = packed;
    }
    next();
  });
  router.use(files);
  router.get('/{*path}', (req, res, next) => {
    if (!isForPage(req)) return next();
    sendPage(res, page);
  });
  return router;
}

function isForPage({ path, headers }: Request): boolean {
  // What watches over the address asks for nothing in particular.
  if (path === '/') return true;
  return !/^\/(api|assets)\//.test(path) && (headers.accept ?? '').includes('text/html');
}

/** Scripts and styles are files of ours; only the styles that the components make at run time need the nonce. */
function sendPage(res: Response, page: string): void {
  const nonce = randomBytes(16).toString('base64');
  res
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': [
        "default-src 'self'",
        `style-src 'self' 'nonce-${nonce}'`,
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
    })
    .type('html')
    .send(page.replaceAll(noncePlace, nonce));
}
