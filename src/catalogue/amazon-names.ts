// The domains of which Amazon holds every name: nobody else can have a zone or a record there.

/** A name in one of these that AWS does not have is NXDOMAIN. */
export const AMAZON_APEXES: readonly string[] = ['amazonaws.com', 'api.aws', 'sagemaker.aws', 'aws.amazon.com']

/** True for names that only Amazon can have records for. */
export function isAmazonName(name: string): boolean {
  return AMAZON_APEXES.some((apex) => name === apex || name.endsWith(`.${apex}`))
}

/** Stands among the name servers of DHCP options for the VPC's own resolver. */
export const AMAZON_PROVIDED_DNS = 'AmazonProvidedDNS'
