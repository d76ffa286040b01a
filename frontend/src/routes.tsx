/** Every address of the app. Screens are loaded when they are first asked for. */
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { documentSearch } from './documents/search'
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


const purchaseOrders = createRoute({
  getParentRoute: () => root,
  path: '/purchase-orders',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./purchasing/list'), 'PurchaseOrderList'),
})
const newPurchaseOrder = createRoute({ getParentRoute: () => root, path: '/purchase-orders/new', component: lazyRouteComponent(() => import('./purchasing/new'), 'NewPurchaseOrder') })
const purchaseOrder = createRoute({ getParentRoute: () => root, path: '/purchase-orders/$orderId', component: lazyRouteComponent(() => import('./purchasing/order'), 'PurchaseOrder') })

const transfers = createRoute({
  getParentRoute: () => root,
  path: '/transfers',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./transfers/list'), 'TransferList'),
})
const newTransfer = createRoute({ getParentRoute: () => root, path: '/transfers/new', component: lazyRouteComponent(() => import('./transfers/new'), 'NewTransfer') })
const transfer = createRoute({ getParentRoute: () => root, path: '/transfers/$transferId', component: lazyRouteComponent(() => import('./transfers/transfer'), 'Transfer') })

const counts = createRoute({
  getParentRoute: () => root,
  path: '/counts',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./counting/list'), 'CountList'),
})
const newCount = createRoute({ getParentRoute: () => root, path: '/counts/new', component: lazyRouteComponent(() => import('./counting/new'), 'NewCount') })
const count = createRoute({ getParentRoute: () => root, path: '/counts/$countId', component: lazyRouteComponent(() => import('./counting/count'), 'Count') })

const salesOrders = createRoute({
  getParentRoute: () => root,
  path: '/sales-orders',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./sales/list'), 'SalesOrderList'),
})
const newSalesOrder = createRoute({ getParentRoute: () => root, path: '/sales-orders/new', component: lazyRouteComponent(() => import('./sales/new'), 'NewSalesOrder') })
const salesOrder = createRoute({ getParentRoute: () => root, path: '/sales-orders/$orderId', component: lazyRouteComponent(() => import('./sales/order'), 'SalesOrder') })

const documents = [purchaseOrders, newPurchaseOrder, purchaseOrder, transfers, newTransfer, transfer, counts, newCount, count, salesOrders, newSalesOrder, salesOrder] as const

const tree = root.addChildren([home, products, product, ...documents])

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
