import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router';
import { http } from '../api/client.ts';
import { PageError, PageLoading, PageNotFound } from '../parts/PageStates.tsx';
import { speak } from '../words/i18n.ts';
import { within } from './address.ts';
import { pages } from './pages.ts';
import { queryClient } from './queries.ts';
import { sessionQuery } from './session.ts';
import { Shell } from './Shell.tsx';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    managersOnly?: boolean;
  }
}

const lookAgainMs = 2_000;
const isThere = async () => (await http.GET('/api/v1/session')).data !== undefined;

/** Without the server a page waits until it is there again, and begins anew then. */
function onceThere<Page>(load: () => Promise<Page>): () => Promise<Page> {
  return () =>
    load().catch(async (error: unknown) => {
      if (await isThere()) throw error;
      while (!(await isThere())) await new Promise((later) => setTimeout(later, lookAgainMs));
      // Otherwise somebody only looked at the way to it.
      if (router.state.status === 'pending') location.reload();
      throw error;
    });
}

const rootRoute = createRootRoute({ component: Outlet });

const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session.user) {
      const where = { to: '/sign-in', search: { to: location.href } };
      // What the router throws for this is a response, and means no error.
      redirect({ ...(session.setUp ? { to: '/setup' } : where), throw: true });
      return;
    }
    speak(session.user.language);
  },
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../pages/sign-in/SignInPage.tsx')),
  beforeLoad: async ({ search }) => {
    const { to }: { to?: string } = search;
    const { user } = await queryClient.ensureQueryData(sessionQuery);
    if (user) redirect({ href: within(to), throw: true });
  },
});

const outside = [
  { path: '/setup', load: () => import('../pages/sign-in/SetupPage.tsx') },
  { path: '/forgotten', load: () => import('../pages/sign-in/ForgottenPage.tsx') },
  { path: '/password/$token', load: () => import('../pages/sign-in/PasswordPage.tsx') },
].map(({ path, load }) =>
  createRoute({ getParentRoute: () => rootRoute, path, component: lazyRouteComponent(load) }),
);

const inside = pages.map(({ path, load, managersOnly = false }) =>
  createRoute({
    getParentRoute: () => insideRoute,
    path,
    component: lazyRouteComponent(onceThere(load)),
    staticData: { managersOnly },
  }),
);

/** Filters stand in the address as they are: `?assignee=me&overdue=true`. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([signInRoute, ...outside, insideRoute.addChildren(inside)]),
  defaultPreload: 'intent',
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageNotFound,
  scrollRestoration: true,
  parseSearch: parseSearchWith((value) => value),
  stringifySearch: stringifySearchWith(String),
});
