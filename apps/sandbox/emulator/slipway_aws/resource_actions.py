"""The main action behind each resource type: what CloudFormation calls to create, delete and update it.

A real handler makes five to thirty calls (reads, tags, waits); only the main one is asked here, so a pass is not yet a pass on
AWS. A type that is missing is logged, and a test fails on that line.
"""

# type: service, create, delete, update (that of create where it is the same)
_TABLE = """
AutoScaling::AutoScalingGroup           autoscaling CreateAutoScalingGroup DeleteAutoScalingGroup UpdateAutoScalingGroup
AutoScaling::LifecycleHook              autoscaling PutLifecycleHook DeleteLifecycleHook
AutoScaling::ScalingPolicy              autoscaling PutScalingPolicy DeletePolicy
AutoScaling::ScheduledAction            autoscaling PutScheduledUpdateGroupAction DeleteScheduledAction
CertificateManager::Certificate         acm RequestCertificate DeleteCertificate
CloudFront::Distribution                cloudfront CreateDistribution DeleteDistribution UpdateDistribution
CloudFront::Function                    cloudfront CreateFunction DeleteFunction UpdateFunction
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
