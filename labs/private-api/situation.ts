// What the lab is made of in each of its situations.

/** What is in place; the rest of the lab is always there. */
export interface Situation {
  /** The lab's VPC has an interface endpoint of execute-api, which the API's resource policy lets in. */
  readonly endpoint: boolean
  /** The names of all REST APIs lead to that endpoint inside its VPC. */
  readonly privateDns: boolean
  /** The other VPC has an endpoint of its own, with private DNS; the resource policy does not know it. */
  readonly otherEndpoint: boolean
  /** The first endpoint has the policy of policy.json; else it lets everything through. */
  readonly endpointLimited: boolean
}

export interface Built {
  /** In the subnet of us-east-1a. */
  readonly instanceId: string
  /** An instance of the other VPC. */
  readonly otherInstanceId: string
  readonly routeTableId: string
  /** The private API, with the stage `prod` and the method GET /pets. */
  readonly apiId: string
  /** A regional API with the same method. */
  readonly regionalApiId: string
  /** Undefined while there is none. */
  readonly endpoint: BuiltEndpoint | undefined
}

export interface BuiltEndpoint {
  readonly id: string
  /** `vpce-….execute-api.us-east-1.vpce.amazonaws.com` */
  readonly regionalName: string
  /** The same with `-us-east-1a`. */
  readonly zonalName: string
}
