// ARNs of load balancers and their parts as a terminal has room for them.

const BALANCING = /arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\d{12}:(?:loadbalancer\/|listener\/)?/g

/** The text with each such ARN without its beginning: `net/NAME/ID`, `net/NAME/ID/ID` for a listener, `targetgroup/NAME/ID`. */
export function shortArn(text: string): string {
  return text.replaceAll(BALANCING, '')
}
