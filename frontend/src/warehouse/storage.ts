/** What the browser keeps for warehouse mode: products and open orders as last seen, and commands on their way. */
import type { OpenOrder } from './orders'
import type { Queued } from './queue'

export interface Seen {
  id: number
  sku: string
  name: string
  barcode: string | null
  unit: string
}

export interface SeenLevel {
  key: string
  on_hand: number
  reserved: number
  seen_at: string
}

const NAME = 'onhand'
const VERSION = 2
let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION)
    request.onupgradeneeded = ({ oldVersion }) => {
      const db = request.result
      if (oldVersion < 1) {
        db.createObjectStore('queue', { keyPath: 'key' }).createIndex('at', 'at')
        db.createObjectStore('products', { keyPath: 'id' })
        db.createObjectStore('levels', { keyPath: 'key' })
      }
      if (oldVersion < 2) db.createObjectStore('orders', { keyPath: 'key' }).createIndex('place', 'place')
    }
    request.onsuccess = () => {
      // A newer app in another tab wants to change the stores: it need not wait for this one.
      request.result.onversionchange = () => {
        request.result.close()
        opened = null
      }
      resolve(request.result)
    }
    request.onerror = () => reject(request.error ?? new Error('no storage'))
  })
  return opened
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('no storage'))
  })
}

async function store(name: string, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return (await open()).transaction(name, mode).objectStore(name)
}

/** Every command that is kept, oldest first. */
export async function commands(): Promise<Queued[]> {
  return done((await store('queue', 'readonly')).index('at').getAll() as IDBRequest<Queued[]>)
}

export async function putCommand(command: Queued): Promise<void> {
  await done((await store('queue', 'readwrite')).put(command))
}

export async function dropCommand(key: string): Promise<void> {
  await done((await store('queue', 'readwrite')).delete(key))
}

export async function products(): Promise<Seen[]> {
  return done((await store('products', 'readonly')).getAll() as IDBRequest<Seen[]>)
}

export async function level(warehouseId: number, productId: number): Promise<SeenLevel | undefined> {
  return done((await store('levels', 'readonly')).get(`${warehouseId}/${productId}`) as IDBRequest<SeenLevel | undefined>)
}

/** A product by its id, where it was seen. */
export async function product(id: number): Promise<Seen | undefined> {
  return done((await store('products', 'readonly')).get(id) as IDBRequest<Seen | undefined>)
}

/** Open orders of a place, as they were last seen. */
export async function keptOrders(place: string): Promise<OpenOrder[]> {
  return done((await store('orders', 'readonly')).index('place').getAll(place) as IDBRequest<OpenOrder[]>)
}

/** Keep these open orders of a place, and no others. */
export async function keepOrders(place: string, orders: OpenOrder[]): Promise<void> {
  const db = await open()
  await new Promise<void>((resolve, reject) => {
    const work = db.transaction('orders', 'readwrite')
    const all = work.objectStore('orders')
    const old = all.index('place').getAllKeys(place)
    old.onsuccess = () => {
      for (const key of old.result) all.delete(key)
      for (const order of orders) all.put(order)
    }
    work.oncomplete = () => resolve()
    work.onerror = () => reject(work.error ?? new Error('no storage'))
  })
}

/** Keep many of a kind in one go. */
export async function keep(name: 'products' | 'levels', records: (Seen | SeenLevel)[]): Promise<void> {
  const db = await open()
  await new Promise<void>((resolve, reject) => {
    const work = db.transaction(name, 'readwrite')
    for (const record of records) work.objectStore(name).put(record)
    work.oncomplete = () => resolve()
    work.onerror = () => reject(work.error ?? new Error('no storage'))
  })
}
