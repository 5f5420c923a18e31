"""The main action behind each resource type, and those behind properties that need one of their own: what CloudFormation
calls to create, delete and update it.

A real handler makes five to thirty calls; what only reads or waits is not asked here, so a pass is not yet a pass on AWS. A
type that is missing is logged, and a test fails on that line.
"""

# type: service, create, delete, update (that of create where it is the same)
_TABLE = """
AutoScaling::AutoScalingGroup           autoscaling CreateAutoScalingGroup DeleteAutoScalingGroup UpdateAutoScalingGroup
AutoScaling::LifecycleHook              autoscaling PutLifecycleHook DeleteLifecycleHook
AutoScaling::ScalingPolicy              autoscaling PutScalingPolicy DeletePolicy
AutoScaling::ScheduledAction            autoscaling PutScheduledUpdateGroupAction DeleteScheduledAction
CertificateManager::Certificate         acm RequestCertificate DeleteCertificate
CloudFront::Distribution                cloudfront CreateDistribution DeleteDistribution UpdateDistribution
CloudFront::CachePolicy                 cloudfront CreateCachePolicy DeleteCachePolicy UpdateCachePolicy
CloudFront::Function                    cloudfront CreateFunction DeleteFunction UpdateFunction
CloudFront::KeyValueStore               cloudfront CreateKeyValueStore DeleteKeyValueStore UpdateKeyValueStore
CloudFront::OriginAccessControl         cloudfront CreateOriginAccessControl DeleteOriginAccessControl UpdateOriginAccessControl
CloudWatch::Alarm                       cloudwatch PutMetricAlarm DeleteAlarms
DLM::LifecyclePolicy                    dlm CreateLifecyclePolicy DeleteLifecyclePolicy UpdateLifecyclePolicy
DynamoDB::Table                         dynamodb CreateTable DeleteTable UpdateTable
EC2::EIP                                ec2 AllocateAddress ReleaseAddress
EC2::EIPAssociation                     ec2 AssociateAddress DisassociateAddress
EC2::Instance                           ec2 RunInstances TerminateInstances ModifyInstanceAttribute
EC2::InternetGateway                    ec2 CreateInternetGateway DeleteInternetGateway
EC2::LaunchTemplate                     ec2 CreateLaunchTemplate DeleteLaunchTemplate CreateLaunchTemplateVersion
EC2::Route                              ec2 CreateRoute DeleteRoute
EC2::RouteTable                         ec2 CreateRouteTable DeleteRouteTable
EC2::SecurityGroup                      ec2 CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress
EC2::SecurityGroupEgress                ec2 AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress
EC2::SecurityGroupIngress               ec2 AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress
EC2::Subnet                             ec2 CreateSubnet DeleteSubnet ModifySubnetAttribute
EC2::SubnetRouteTableAssociation        ec2 AssociateRouteTable DisassociateRouteTable
EC2::VPC                                ec2 CreateVpc DeleteVpc ModifyVpcAttribute
EC2::VPCCidrBlock                       ec2 AssociateVpcCidrBlock DisassociateVpcCidrBlock
EC2::VPCGatewayAttachment               ec2 AttachInternetGateway DetachInternetGateway
EC2::Volume                             ec2 CreateVolume DeleteVolume ModifyVolume
EC2::VolumeAttachment                   ec2 AttachVolume DetachVolume
ECR::Repository                         ecr CreateRepository DeleteRepository PutLifecyclePolicy
EFS::AccessPoint                        elasticfilesystem CreateAccessPoint DeleteAccessPoint
EFS::FileSystem                         elasticfilesystem CreateFileSystem DeleteFileSystem UpdateFileSystem
EFS::MountTarget                        elasticfilesystem CreateMountTarget DeleteMountTarget
ElasticLoadBalancingV2::Listener        elasticloadbalancing CreateListener DeleteListener ModifyListener
ElasticLoadBalancingV2::ListenerRule    elasticloadbalancing CreateRule DeleteRule ModifyRule
ElasticLoadBalancingV2::LoadBalancer    elasticloadbalancing CreateLoadBalancer DeleteLoadBalancer ModifyLoadBalancerAttributes
ElasticLoadBalancingV2::TargetGroup     elasticloadbalancing CreateTargetGroup DeleteTargetGroup ModifyTargetGroup
Events::Rule                            events PutRule DeleteRule
IAM::AccessKey                          iam CreateAccessKey DeleteAccessKey
IAM::InstanceProfile                    iam CreateInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile
IAM::ManagedPolicy                      iam CreatePolicy DeletePolicy CreatePolicyVersion
IAM::Policy                             iam PutRolePolicy DeleteRolePolicy
IAM::Role                               iam CreateRole DeleteRole UpdateAssumeRolePolicy
IAM::User                               iam CreateUser DeleteUser UpdateUser
KMS::Alias                              kms CreateAlias DeleteAlias UpdateAlias
KMS::Key                                kms CreateKey ScheduleKeyDeletion PutKeyPolicy
Lambda::Alias                           lambda CreateAlias DeleteAlias UpdateAlias
Lambda::EventSourceMapping              lambda CreateEventSourceMapping DeleteEventSourceMapping UpdateEventSourceMapping
Lambda::Function                        lambda CreateFunction DeleteFunction UpdateFunctionConfiguration
Lambda::Permission                      lambda AddPermission RemovePermission
Lambda::Url                             lambda CreateFunctionUrlConfig DeleteFunctionUrlConfig UpdateFunctionUrlConfig
Lambda::Version                         lambda PublishVersion DeleteFunction
Logs::LogGroup                          logs CreateLogGroup DeleteLogGroup PutRetentionPolicy
RDS::DBInstance                         rds CreateDBInstance DeleteDBInstance ModifyDBInstance
RDS::DBParameterGroup                   rds CreateDBParameterGroup DeleteDBParameterGroup ModifyDBParameterGroup
RDS::DBSubnetGroup                      rds CreateDBSubnetGroup DeleteDBSubnetGroup ModifyDBSubnetGroup
Route53::HostedZone                     route53 CreateHostedZone DeleteHostedZone
Route53::RecordSet                      route53 ChangeResourceRecordSets ChangeResourceRecordSets
S3::Bucket                              s3 CreateBucket DeleteBucket PutBucketTagging
S3::BucketPolicy                        s3 PutBucketPolicy DeleteBucketPolicy
SNS::Subscription                       sns Subscribe Unsubscribe
SNS::Topic                              sns CreateTopic DeleteTopic SetTopicAttributes
SQS::Queue                              sqs CreateQueue DeleteQueue SetQueueAttributes
SQS::QueuePolicy                        sqs SetQueueAttributes SetQueueAttributes
SSM::Parameter                          ssm PutParameter DeleteParameter
Scheduler::Schedule                     scheduler CreateSchedule DeleteSchedule UpdateSchedule
Scheduler::ScheduleGroup                scheduler CreateScheduleGroup DeleteScheduleGroup
SecretsManager::Secret                  secretsmanager CreateSecret DeleteSecret UpdateSecret
SecretsManager::SecretTargetAttachment  secretsmanager PutSecretValue PutSecretValue
"""


def _read(line):
    kind, service, create, delete, *update = line.split()
    verbs = {"create": create, "delete": delete, "update": update[0] if update else create}
    return f"AWS::{kind}", {verb: f"{service}:{action}" for verb, action in verbs.items()}


ACTIONS = dict(_read(line) for line in _TABLE.strip().splitlines())

# type: property, then the actions where it is set at the creation, where it changes later, and at the deletion, each list
# with commas and `-` for none. A type that is named here asks for nothing else when it is updated.
_OF_PROPERTIES = """
EC2::VPC                EnableDnsSupport                ModifyVpcAttribute              ModifyVpcAttribute                              -
EC2::VPC                EnableDnsHostnames              ModifyVpcAttribute              ModifyVpcAttribute                              -
EC2::Subnet             MapPublicIpOnLaunch             ModifySubnetAttribute           ModifySubnetAttribute                           -
EC2::Subnet             AssignIpv6AddressOnCreation     ModifySubnetAttribute           ModifySubnetAttribute                           -
EC2::Subnet             Ipv6CidrBlock                   -                               AssociateSubnetCidrBlock,DisassociateSubnetCidrBlock -
EC2::SecurityGroup      SecurityGroupIngress            AuthorizeSecurityGroupIngress   AuthorizeSecurityGroupIngress,RevokeSecurityGroupIngress -
EC2::SecurityGroup      SecurityGroupEgress             AuthorizeSecurityGroupEgress,RevokeSecurityGroupEgress AuthorizeSecurityGroupEgress,RevokeSecurityGroupEgress -
EC2::Route              GatewayId                       -                               ReplaceRoute                                    -
EC2::Instance           InstanceType                    -                               StopInstances,ModifyInstanceAttribute,StartInstances -
EC2::Instance           InstanceInitiatedShutdownBehavior -                             ModifyInstanceAttribute                         -
EC2::Instance           MetadataOptions                 -                               ModifyInstanceMetadataOptions                   -
EC2::Volume             Size                            -                               ModifyVolume                                    -
EC2::Volume             VolumeType                      -                               ModifyVolume                                    -
EC2::Volume             Iops                            -                               ModifyVolume                                    -
EC2::LaunchTemplate     LaunchTemplateData              -                               CreateLaunchTemplateVersion                     -
CloudWatch::Alarm       Tags                            TagResource                     TagResource,UntagResource                       -
CloudWatch::Alarm       AlarmDescription                -                               PutMetricAlarm                                  -
CloudFront::Function    AutoPublish                     PublishFunction                 PublishFunction                                 -
CloudFront::Function    FunctionCode                    -                               UpdateFunction,PublishFunction                  -
CloudFront::Function    FunctionConfig                  -                               UpdateFunction,PublishFunction                  -
CloudFront::Function    Tags                            TagResource                     TagResource,UntagResource                       -
CloudFront::KeyValueStore Tags                          TagResource                     TagResource,UntagResource                       -
CloudFront::KeyValueStore Comment                       -                               UpdateKeyValueStore                             -
CloudFront::Distribution Tags                           TagResource                     TagResource,UntagResource                       -
CloudFront::Distribution DistributionConfig             -                               UpdateDistribution                              -
Lambda::Function        Tags                            TagResource                     TagResource,UntagResource                       -
Lambda::Function        Description                     -                               UpdateFunctionConfiguration                     -
Lambda::Function        Code                            -                               UpdateFunctionCode                              -
Logs::LogGroup          RetentionInDays                 PutRetentionPolicy              PutRetentionPolicy                              -
Logs::LogGroup          Tags                            TagResource                     TagResource,UntagResource                       -
CertificateManager::Certificate Tags                    AddTagsToCertificate            AddTagsToCertificate,RemoveTagsFromCertificate  -
AutoScaling::AutoScalingGroup Tags                      CreateOrUpdateTags              CreateOrUpdateTags,DeleteTags                   -
AutoScaling::AutoScalingGroup MaxSize                   -                               UpdateAutoScalingGroup                          -
AutoScaling::AutoScalingGroup LaunchTemplate            -                               UpdateAutoScalingGroup                          -
ElasticLoadBalancingV2::LoadBalancer Tags               AddTags                         AddTags,RemoveTags                              -
ElasticLoadBalancingV2::LoadBalancer LoadBalancerAttributes ModifyLoadBalancerAttributes ModifyLoadBalancerAttributes                   -
ElasticLoadBalancingV2::TargetGroup Tags                AddTags                         AddTags,RemoveTags                              -
ElasticLoadBalancingV2::TargetGroup TargetGroupAttributes ModifyTargetGroupAttributes   ModifyTargetGroupAttributes                     -
ElasticLoadBalancingV2::TargetGroup HealthCheckPath     -                               ModifyTargetGroup                               -
ElasticLoadBalancingV2::Listener Certificates           -                               ModifyListener                                  -
ElasticLoadBalancingV2::Listener DefaultActions         -                               ModifyListener                                  -
S3::Bucket              PublicAccessBlockConfiguration  PutBucketPublicAccessBlock      PutBucketPublicAccessBlock                      -
S3::Bucket              OwnershipControls               PutBucketOwnershipControls      PutBucketOwnershipControls                      -
S3::Bucket              BucketEncryption                PutEncryptionConfiguration      PutEncryptionConfiguration                      -
S3::Bucket              LifecycleConfiguration          PutLifecycleConfiguration       PutLifecycleConfiguration                       -
S3::Bucket              VersioningConfiguration         PutBucketVersioning             PutBucketVersioning                             -
S3::Bucket              Tags                            PutBucketTagging                PutBucketTagging                                -
IAM::Role               Policies                        PutRolePolicy                   PutRolePolicy,DeleteRolePolicy                  DeleteRolePolicy
IAM::Role               PermissionsBoundary             -                               PutRolePermissionsBoundary                      -
IAM::Role               AssumeRolePolicyDocument        -                               UpdateAssumeRolePolicy                          -
IAM::Role               Tags                            TagRole                         TagRole,UntagRole                               -
IAM::InstanceProfile    Roles                           AddRoleToInstanceProfile        AddRoleToInstanceProfile,RemoveRoleFromInstanceProfile RemoveRoleFromInstanceProfile
"""


def _read_properties(text):
    found = {}
    for line in text.strip().splitlines():
        kind, name, *columns = line.split()
        service = ACTIONS[f"AWS::{kind}"]["create"].split(":")[0]
        actions = [[f"{service}:{one}" for one in column.split(",")] if column != "-" else [] for column in columns]
        found.setdefault(f"AWS::{kind}", {})[name] = dict(zip(("create", "update", "delete"), actions))
    return found


OF_PROPERTIES = _read_properties(_OF_PROPERTIES)
