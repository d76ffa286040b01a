/** Every address of the app. Screens are loaded when they are first asked for. */
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { productSearch } from './products/search'
import { Broken, NowhereToBe, Root } from './shell/root'

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Root, notFoundComponent: NowhereToBe })

const home = createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./home/home'), 'Home') })

const products = createRoute({
  getParentRoute: () => root,
  path: '/products',
  validateSearch: productSearch,
  component: lazyRouteComponent(() => import('./products/list'), 'ProductList'),
})
const product = createRoute({
  getParentRoute: () => root,
  path: '/products/$productId',
  component: lazyRouteComponent(() => import('./products/product'), 'Product'),
})

const tree = root.addChildren([home, products, product])

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NowhereToBe,
    scrollRestoration: true,
  })
}
