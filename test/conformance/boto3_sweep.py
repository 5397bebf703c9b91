"""What unmodified boto3 does with EC2, IAM, STS and S3: resources, waiters, paginators, error codes, keys that are refused."""

import io
import json

import boto3
from boto3_refusal import refused

ec2 = boto3.resource('ec2')
client = ec2.meta.client

# EC2 by resources.
vpc = ec2.create_vpc(CidrBlock='10.7.0.0/16')
vpc.wait_until_available()
vpc.modify_attribute(EnableDnsHostnames={'Value': True})
assert vpc.describe_attribute(Attribute='enableDnsHostnames')['EnableDnsHostnames']['Value'] is True
vpc.create_tags(Tags=[{'Key': 'Name', 'Value': 'boto'}])
vpc.reload()
assert vpc.tags == [{'Key': 'Name', 'Value': 'boto'}]
subnets = [vpc.create_subnet(CidrBlock=f'10.7.{n}.0/24', AvailabilityZone='us-east-1a') for n in range(1, 8)]
assert len(list(vpc.subnets.all())) == 7
pages = list(client.get_paginator('describe_subnets').paginate(
    Filters=[{'Name': 'vpc-id', 'Values': [vpc.id]}], PaginationConfig={'PageSize': 5}))
assert [len(page['Subnets']) for page in pages] == [5, 2], pages
table = vpc.create_route_table()
association = table.associate_with_subnet(SubnetId=subnets[0].id)
group = vpc.create_security_group(GroupName='web', Description='web servers')
group.authorize_ingress(IpProtocol='tcp', FromPort=443, ToPort=443, CidrIp='10.0.0.0/8')
group.reload()
assert group.ip_permissions[0]['FromPort'] == 443
refused('InvalidPermission.Duplicate', group.authorize_ingress,
        IpProtocol='tcp', FromPort=443, ToPort=443, CidrIp='10.0.0.0/8')
image = next(iter(ec2.images.filter(Owners=['amazon'], Filters=[{'Name': 'name', 'Values': ['al2023-ami-*']}])))
made = subnets[0].create_instances(
    ImageId=image.id, InstanceType='t3.micro', MinCount=2, MaxCount=2, SecurityGroupIds=[group.id],
    TagSpecifications=[{'ResourceType': 'instance', 'Tags': [{'Key': 'Name', 'Value': 'boto'}]}])
for instance in made:
    instance.wait_until_running()
client.get_waiter('instance_status_ok').wait(InstanceIds=[instance.id for instance in made])
first, second = made
first.reload()
assert first.state['Name'] == 'running' and first.vpc_id == vpc.id and first.image.id == image.id
assert first.network_interfaces[0].private_ip_address == first.private_ip_address
assert first.private_dns_name == f"ip-{first.private_ip_address.replace('.', '-')}.ec2.internal"
assert {one.id for one in ec2.instances.filter(Filters=[{'Name': 'tag:Name', 'Values': ['bo*']}])} == {one.id for one in made}
first.stop()
first.wait_until_stopped()
first.modify_attribute(InstanceType={'Value': 't3.small'})
first.start()
first.wait_until_running()
assert ec2.Instance(first.id).instance_type == 't3.small'
eni = subnets[1].create_network_interface(Groups=[group.id], Description='spare')
client.get_waiter('network_interface_available').wait(NetworkInterfaceIds=[eni.id])
eni.attach(InstanceId=second.id, DeviceIndex=1)
refused('InvalidParameterValue', client.delete_network_interface, NetworkInterfaceId=eni.id)

# The codes that scripts look for.
refused('InvalidVpcID.NotFound', client.describe_vpcs, VpcIds=['vpc-0123456789abcdef0'])
refused('InvalidInstanceID.NotFound', client.stop_instances, InstanceIds=['i-0123456789abcdef0'])
refused('InvalidInstanceID.Malformed', client.describe_instances, InstanceIds=['nonsense'])
refused('InvalidGroup.NotFound', client.describe_security_groups, GroupIds=['sg-0123456789abcdef0'])
refused('InvalidAMIID.NotFound', client.run_instances, ImageId='ami-0123456789abcdef0', MinCount=1, MaxCount=1)
refused('InvalidVpc.Range', client.create_vpc, CidrBlock='10.0.0.0/8')
refused('InvalidSubnet.Conflict', vpc.create_subnet, CidrBlock='10.7.1.128/25')
refused('InvalidServiceName', client.create_vpc_endpoint, VpcId=vpc.id, ServiceName='com.amazonaws.us-east-1.nothing')
refused('DependencyViolation', client.delete_vpc, VpcId=vpc.id)
refused('DryRunOperation', client.create_vpc, CidrBlock='10.0.0.0/16', DryRun=True)
refused('InvalidAction', client.describe_fpga_images)

endpoint = client.create_vpc_endpoint(
    VpcId=vpc.id, ServiceName='com.amazonaws.us-east-1.s3', RouteTableIds=[table.id])['VpcEndpoint']
# There is no waiter for endpoints: scripts poll.
while endpoint['State'] == 'pending':
    endpoint = client.describe_vpc_endpoints(VpcEndpointIds=[endpoint['VpcEndpointId']])['VpcEndpoints'][0]
assert endpoint['State'] == 'available' and endpoint['RouteTableIds'] == [table.id]

# A user with a key: allowed and refused.
iam = boto3.resource('iam')
user = iam.create_user(UserName='eve')
boto3.client('iam').get_waiter('user_exists').wait(UserName='eve')
user.create_policy(PolicyName='see', PolicyDocument=json.dumps({
    'Version': '2012-10-17',
    'Statement': [
        {'Effect': 'Allow', 'Action': ['ec2:Describe*', 's3:ListAllMyBuckets'], 'Resource': '*'},
        {'Effect': 'Deny', 'Action': 'ec2:DescribeImages', 'Resource': '*'},
    ],
}))
key = user.create_access_key_pair()
eve = boto3.Session(aws_access_key_id=key.id, aws_secret_access_key=key.secret)
arn = 'arn:aws:iam::123456789012:user/eve'
assert eve.client('sts').get_caller_identity()['Arn'] == arn
assert eve.client('ec2').describe_vpcs(VpcIds=[vpc.id])['Vpcs']
text = refused('UnauthorizedOperation', eve.client('ec2').create_vpc, CidrBlock='10.0.0.0/16')
assert text.startswith(f'You are not authorized to perform this operation. User: {arn} is not authorized to perform: '
                       'ec2:CreateVpc'), text
assert 'because no identity-based policy allows the ec2:CreateVpc action' in text, text
assert 'with an explicit deny in an identity-based policy' in refused(
    'UnauthorizedOperation', eve.client('ec2').describe_images)
text = refused('AccessDenied', eve.client('iam').create_user, UserName='bob')
assert text == (f'User: {arn} is not authorized to perform: iam:CreateUser on resource: '
                'arn:aws:iam::123456789012:user/bob because no identity-based policy allows the iam:CreateUser action'), text
assert eve.client('s3').list_buckets()['Buckets'] == []
refused('AccessDenied', eve.client('s3').create_bucket, Bucket='boto-sweep')
wrong = boto3.Session(aws_access_key_id=key.id, aws_secret_access_key='x' * 40)
refused('SignatureDoesNotMatch', wrong.client('sts').get_caller_identity)
refused('AuthFailure', wrong.client('ec2').describe_vpcs)
refused('SignatureDoesNotMatch', wrong.client('s3').list_buckets)
key.deactivate()
refused('InvalidClientTokenId', eve.client('sts').get_caller_identity)
key.activate()

# A role, assumed by her and not by others.
role = iam.create_role(RoleName='reader', AssumeRolePolicyDocument=json.dumps({
    'Version': '2012-10-17',
    'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': arn}, 'Action': 'sts:AssumeRole'}],
}))
role.attach_policy(PolicyArn='arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess')
credentials = eve.client('sts').assume_role(RoleArn=role.arn, RoleSessionName='work')['Credentials']
session = boto3.Session(credentials['AccessKeyId'], credentials['SecretAccessKey'], credentials['SessionToken'])
assert session.client('sts').get_caller_identity()['Arn'] == 'arn:aws:sts::123456789012:assumed-role/reader/work'
session.client('s3').list_buckets()
assert 'assumed-role/reader/work is not authorized to perform: s3:CreateBucket' in refused(
    'AccessDenied', session.client('s3').create_bucket, Bucket='boto-sweep')
other = boto3.Session('210987654321', 'unused')
assert other.client('sts').get_caller_identity()['Account'] == '210987654321'
refused('AccessDenied', other.client('sts').assume_role, RoleArn=role.arn, RoleSessionName='work')
refused('InvalidVpcID.NotFound', other.client('ec2').describe_vpcs, VpcIds=[vpc.id])

# S3: ranges, conditions, parts.
s3 = boto3.resource('s3')
bucket = s3.create_bucket(Bucket='boto-sweep')
bucket.wait_until_exists()
bucket.upload_fileobj(io.BytesIO(bytes(range(256)) * 120_000), 'large')
large = bucket.Object('large')
assert large.content_length == 30_720_000 and large.e_tag.endswith('-4"'), large.e_tag
part = large.get(Range='bytes=256-511')
assert part['Body'].read() == bytes(range(256)) and part['ContentRange'] == 'bytes 256-511/30720000'
refused('304', large.get, IfNoneMatch=large.e_tag)
refused('PreconditionFailed', large.get, IfMatch='"other"')
refused('InvalidRange', large.get, Range='bytes=40000000-')
refused('PreconditionFailed', large.put, Body=b'', IfNoneMatch='*')
refused('NoSuchKey', bucket.Object('nothing').get)
refused('404', bucket.Object('nothing').load)
refused('NoSuchBucket', s3.Bucket('nobody-has-this').Object('k').get)
refused('BucketNotEmpty', bucket.delete)
refused('AccessDenied', other.client('s3').get_object, Bucket='boto-sweep', Key='large')
bucket.objects.all().delete()
bucket.delete()
bucket.wait_until_not_exists()

# Everything goes again.
for instance in made:
    instance.terminate()
for instance in made:
    instance.wait_until_terminated()
eni.delete()
association.delete()
client.delete_vpc_endpoints(VpcEndpointIds=[endpoint['VpcEndpointId']])
while client.describe_vpc_endpoints(Filters=[{'Name': 'vpc-id', 'Values': [vpc.id]}])['VpcEndpoints']:
    pass
table.delete()
group.delete()
for subnet in subnets:
    subnet.delete()
vpc.delete()
print('done')
