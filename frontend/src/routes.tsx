/** Every address of the app. Screens are loaded when they are first asked for. */
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { documentSearch } from './documents/search'
import { askAhead } from './home/queries'
import { productSearch } from './products/search'
import { reportSearch } from './reports/search'
import { Broken, NowhereToBe, Root, only } from './shell/root'
import { leave } from './ui/lists-left'
import { searchOf, word } from './ui/search'

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Root, notFoundComponent: NowhereToBe })

const home = createRoute({ getParentRoute: () => root, path: '/', loader: ({ context }) => void askAhead(context.queries), component: lazyRouteComponent(() => import('./home/home'), 'Home') })

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
const newPurchaseOrder = createRoute({ getParentRoute: () => root, path: '/purchase-orders/new', component: only('purchasing.write', lazyRouteComponent(() => import('./purchasing/new'), 'NewPurchaseOrder')) })
const purchaseOrder = createRoute({ getParentRoute: () => root, path: '/purchase-orders/$orderId', component: lazyRouteComponent(() => import('./purchasing/order'), 'PurchaseOrder') })

const transfers = createRoute({
  getParentRoute: () => root,
  path: '/transfers',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./transfers/list'), 'TransferList'),
})
const newTransfer = createRoute({ getParentRoute: () => root, path: '/transfers/new', component: only('transfers.write', lazyRouteComponent(() => import('./transfers/new'), 'NewTransfer')) })
const transfer = createRoute({ getParentRoute: () => root, path: '/transfers/$transferId', component: lazyRouteComponent(() => import('./transfers/transfer'), 'Transfer') })

const counts = createRoute({
  getParentRoute: () => root,
  path: '/counts',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./counting/list'), 'CountList'),
})
const newCount = createRoute({ getParentRoute: () => root, path: '/counts/new', component: only('counts.write', lazyRouteComponent(() => import('./counting/new'), 'NewCount')) })
const count = createRoute({ getParentRoute: () => root, path: '/counts/$countId', component: lazyRouteComponent(() => import('./counting/count'), 'Count') })

const salesOrders = createRoute({
  getParentRoute: () => root,
  path: '/sales-orders',
  validateSearch: documentSearch,
  component: lazyRouteComponent(() => import('./sales/list'), 'SalesOrderList'),
})
const newSalesOrder = createRoute({ getParentRoute: () => root, path: '/sales-orders/new', component: only('sales.write', lazyRouteComponent(() => import('./sales/new'), 'NewSalesOrder')) })
const salesOrder = createRoute({ getParentRoute: () => root, path: '/sales-orders/$orderId', component: lazyRouteComponent(() => import('./sales/order'), 'SalesOrder') })

const documents = [purchaseOrders, newPurchaseOrder, purchaseOrder, transfers, newTransfer, transfer, counts, newCount, count, salesOrders, newSalesOrder, salesOrder] as const

const newProduct = createRoute({ getParentRoute: () => root, path: '/products/new', component: only('catalogue.write', lazyRouteComponent(() => import('./products/edit'), 'NewProduct')) })
const editProduct = createRoute({ getParentRoute: () => root, path: '/products/$productId/edit', component: only('catalogue.write', lazyRouteComponent(() => import('./products/edit'), 'EditProduct')) })
const importing = createRoute({ getParentRoute: () => root, path: '/import', component: lazyRouteComponent(() => import('./importing/import'), 'Import') })
const labels = createRoute({ getParentRoute: () => root, path: '/labels', component: lazyRouteComponent(() => import('./labels/labels'), 'Labels') })
const suppliers = createRoute({ getParentRoute: () => root, path: '/suppliers', component: lazyRouteComponent(() => import('./suppliers/suppliers'), 'SupplierList') })
const supplier = createRoute({ getParentRoute: () => root, path: '/suppliers/$supplierId', component: lazyRouteComponent(() => import('./suppliers/suppliers'), 'Supplier') })
const warehouses = createRoute({ getParentRoute: () => root, path: '/warehouses', component: lazyRouteComponent(() => import('./warehouses/warehouses'), 'Warehouses') })
const warehouseMode = createRoute({ getParentRoute: () => root, path: '/warehouse', component: lazyRouteComponent(() => import('./warehouse/warehouse'), 'WarehouseMode') })

const report = lazyRouteComponent(() => import('./reports/report'), 'Report')
const reports = createRoute({ getParentRoute: () => root, path: '/reports', validateSearch: reportSearch, component: report })
const oneReport = createRoute({ getParentRoute: () => root, path: '/reports/$report', validateSearch: reportSearch, component: report })

const setting = lazyRouteComponent(() => import('./settings/settings'), 'Settings')
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: setting })
const oneSetting = createRoute({ getParentRoute: () => root, path: '/settings/$part', validateSearch: searchOf({ subject: word }), component: setting })

const others = [newProduct, editProduct, importing, labels, suppliers, supplier, warehouses, warehouseMode, reports, oneReport, settings, oneSetting] as const

const tree = root.addChildren([home, products, product, ...documents, ...others])

export function makeRouter(queries: QueryClient) {
  const router = createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: 'intent',
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NowhereToBe,
    scrollRestoration: true,
  })
  router.subscribe('onBeforeNavigate', ({ fromLocation }) => fromLocation && leave(fromLocation.pathname, fromLocation.href))
  return router
}
