// A site of the internet as the command line is told of it.

export type { SiteNetwork as Site } from '../compile/network.ts'
