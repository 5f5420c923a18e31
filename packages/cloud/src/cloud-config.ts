import type { Architecture } from '@slipway/protocol'

/**
 * What differs between two installations of Slipway, as far as AWS is concerned. Read once by the worker and
 * given to everything here; nothing in this package looks at the environment.
 */
export type CloudConfig = {
  /** Region of Slipway's own queue, topic and calls that belong to no region of a customer. */
  awsRegion: string
  /** Endpoint of every AWS call; left out, each service's own. An IP address, so that S3 uses paths. */
  awsEndpoint?: string | undefined
  /** The worker's own key; left out, the machine's role is used. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined
  /** Twelve digits: the account that Slipway itself runs in. Never connectable. */
  platformAccount: string
  /** ARN of the user or role the worker acts as; customers' roles trust it and nobody else of our account. */
  platformPrincipal: string
  /** Topic that connect stacks announce themselves to. Its ARN is for ever: a stack cannot change it. */
  announceTopicArn: string
  announceQueueUrl: string
  /**
   * Origins that an announcement may be answered at, such as
   * `https://cloudformation-custom-resource-response-*.s3.*.amazonaws.com`; a `*` stands for letters, digits
   * and hyphens of one label.
   */
  announceResponseOrigins: string[]
  /** Where CloudFormation fetches the connect template. */
  templateUrl: string
  /** Base of the quick-create link: `https://console.aws.amazon.com`. */
  consoleUrl: string
  /** Hosted zone of the platform's account that services get their names in. */
  appsZoneId: string
  appsDomain: string
  /** Where CloudFront answers visitors, where that is not at its distributions' own names. */
  edgeEndpoint?: string | undefined
  /** WebSocket address that agents dial, such as `wss://slipway.example/agent`. */
  hostEndpoint: string
  /** Endpoint that hosts reach AWS at, where it is not AWS's own. */
  hostAwsEndpoint?: string | undefined
  /** The bundled agent and its bootstrap, which are put into each connected account's bucket. */
  agent: AgentFiles
}

export type AgentFiles = {
  /** Files that Node runs as they are, the agent last: whoever has it finds the rest. */
  programPaths: string[]
  /** `apps/agent/bootstrap.sh` */
  bootstrapPath: string
  /** `node-<architecture>.tar.gz` for machine images without Node, by architecture. */
  nodePaths?: Partial<Record<Architecture, string>> | undefined
}

/** What is needed to begin a connection and to show its link; the api has it without having a key to AWS. */
export type ConnectConfig = Pick<
  CloudConfig,
  'awsRegion' | 'templateUrl' | 'consoleUrl' | 'platformAccount' | 'platformPrincipal' | 'announceTopicArn'
>
