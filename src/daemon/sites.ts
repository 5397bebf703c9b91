// What `postern site` asks of a running daemon: the sites of Postern's internet.

import { AdminError, type AdminRoutes } from '../api/admin.ts'
import { isAmazonName } from '../catalogue/amazon-names.ts'
import { DEFAULT_SITE, SITES, sitesOf } from '../compile/internet.ts'
import type { SiteNetwork } from '../compile/network.ts'
import { type Address, addressPlus } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import type { Tx } from '../store/store.ts'
import type { AdminContext } from './admin.ts'

type Body = Readonly<Record<string, unknown>>
type SiteContext = Pick<AdminContext, 'store' | 'reconciler'>

/** The last number of an address in the block; the site that is always there has one below. */
const [FIRST, LAST] = [11, 254]
const NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/

export function siteRoutes(context: SiteContext): AdminRoutes {
  return {
    'GET /_postern/sites': () => sitesOf(context.reconciler.network),
    'POST /_postern/sites/add': (body) => addRoute(context, body),
    'POST /_postern/sites/remove': (body) => removeRoute(context, body),
  }
}

async function addRoute({ store, reconciler }: SiteContext, body: Body): Promise<SiteNetwork> {
  const name = siteName(body)
  const url = siteUrl(body)
  if (isAmazonName(name)) throw new AdminError(`${name} is Amazon's: its names lead to AWS's services`)
  if (name === DEFAULT_SITE.name || store.records.sites.get(name))
    throw new AdminError(`there is a site ${name} already`)
  const commit = store.transact((tx) =>
    tx.sites.insert({
      id: name,
      address: freeAddress(tx),
      ...(url !== undefined && { url }),
      createdAt: new Date().toISOString(),
    }),
  )
  await commit.durable
  await reconciler.settle()
  const { address } = commit.result
  return { name, address, ...(url !== undefined && { url }) }
}

async function removeRoute({ store, reconciler }: SiteContext, body: Body): Promise<object> {
  const name = siteName(body)
  if (name === DEFAULT_SITE.name) throw new AdminError(`${name} is always there`)
  if (!store.records.sites.get(name)) throw new AdminError(`there is no site ${name}: postern site list shows all`)
  await store.transact((tx) => tx.sites.delete(name)).durable
  await reconciler.settle()
  return {}
}

function siteName({ name }: Body): string {
  const wanted = typeof name === 'string' ? name.toLowerCase().replace(/\.$/, '') : ''
  if (!NAME.test(wanted)) throw new AdminError(`'${String(name)}' is no name of a site: it is one like www.example.org`)
  return wanted
}

function siteUrl({ url }: Body): string | undefined {
  if (url === undefined) return undefined
  const parsed = typeof url === 'string' ? URL.parse(url) : null
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new AdminError(`'${String(url)}' is no address of a site: it is one like http://127.0.0.1:8080`)
  }
  return parsed.href
}

function freeAddress(tx: Tx): Address {
  for (let number = FIRST; number <= LAST; number++) {
    const address = addressPlus(cidrBase(SITES), number)
    if (tx.sites.where('address', address).length === 0) return address
  }
  throw new AdminError(`there are ${LAST - FIRST + 1} sites already, and no address is left`)
}
