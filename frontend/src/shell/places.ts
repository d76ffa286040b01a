/** Where one can go, in the order of the navigation. */
import { IconBuildingWarehouse, IconChartBar, IconChecklist, IconDeviceMobile, IconHome, IconPackage, IconSettings, IconShoppingCart, IconTruckDelivery, IconTruckLoading, IconUsersGroup, type Icon } from '@tabler/icons-react'
import type { MessageKey } from '~/i18n'
import type { Permission } from '~/session/me'

export interface Place {
  to: string
  label: MessageKey
  icon: Icon
  needs?: Permission
  under?: MessageKey
}

export const PLACES: Place[] = [
  { to: '/', label: 'nav.home', icon: IconHome },
  { to: '/products', label: 'nav.products', icon: IconPackage, needs: 'catalogue.read' },
  { to: '/warehouse', label: 'nav.warehouse', icon: IconDeviceMobile },
  { to: '/sales-orders', label: 'nav.sales_orders', icon: IconShoppingCart, needs: 'sales.read', under: 'nav.documents' },
  { to: '/purchase-orders', label: 'nav.purchase_orders', icon: IconTruckDelivery, needs: 'purchasing.read', under: 'nav.documents' },
  { to: '/transfers', label: 'nav.transfers', icon: IconTruckLoading, needs: 'transfers.read', under: 'nav.documents' },
  { to: '/counts', label: 'nav.counts', icon: IconChecklist, needs: 'counts.read', under: 'nav.documents' },
  { to: '/suppliers', label: 'nav.suppliers', icon: IconUsersGroup, needs: 'purchasing.read', under: 'nav.documents' },
  { to: '/reports', label: 'nav.reports', icon: IconChartBar, needs: 'stock.read', under: 'nav.more' },
  { to: '/warehouses', label: 'nav.warehouses', icon: IconBuildingWarehouse, needs: 'catalogue.read', under: 'nav.more' },
  { to: '/settings', label: 'nav.settings', icon: IconSettings, under: 'nav.more' },
]
