"""What unmodified boto3 does with Route 53: waiters, paginators, error codes, and ids with what stands before them."""

import boto3
from boto3_refusal import refused

ec2 = boto3.client('ec2')
route53 = boto3.client('route53')


def change(zone, action, name, kind, *values):
    record = {'Name': name, 'Type': kind, 'TTL': 60, 'ResourceRecords': [{'Value': value} for value in values]}
    batch = {'Changes': [{'Action': action, 'ResourceRecordSet': record}]}
    return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)['ChangeInfo']


vpc = {'VPCRegion': 'us-east-1', 'VPCId': ec2.create_vpc(CidrBlock='10.9.0.0/16')['Vpc']['VpcId']}
made = route53.create_hosted_zone(Name='boto.example', CallerReference='boto', VPC=vpc)
zone = made['HostedZone']['Id']
assert zone.startswith('/hostedzone/Z') and made['ResponseMetadata']['HTTPStatusCode'] == 201
assert made['VPC'] == vpc and 'DelegationSet' not in made
assert 'already been created' in refused(
    'HostedZoneAlreadyExists', route53.create_hosted_zone, Name='boto.example', CallerReference='boto')
assert zone[len('/hostedzone/'):] in refused(
    'ConflictingDomainExists', route53.create_hosted_zone, Name='boto.example', CallerReference='again', VPC=vpc)

for number in range(7):
    info = change(zone, 'CREATE', f'host{number}.boto.example', 'A', f'10.9.0.{number}')
assert info['Status'] == 'PENDING'
route53.get_waiter('resource_record_sets_changed').wait(Id=info['Id'])
pages = list(route53.get_paginator('list_resource_record_sets').paginate(
    HostedZoneId=zone, PaginationConfig={'PageSize': 4}))
names = [record['Name'] for page in pages for record in page['ResourceRecordSets']]
assert len(pages) == 3 and names == ['boto.example.', 'boto.example.'] + [f'host{n}.boto.example.' for n in range(7)], names
zones = [one['Id'] for page in route53.get_paginator('list_hosted_zones').paginate() for one in page['HostedZones']]
assert zone in zones
assert route53.get_hosted_zone(Id=zone[len('/hostedzone/'):])['VPCs'] == [vpc]

message = refused('HostedZoneNotEmpty', route53.delete_hosted_zone, Id=zone)
assert 'non-required' in message
for number in range(7):
    change(zone, 'DELETE', f'host{number}.boto.example', 'A', f'10.9.0.{number}')
route53.delete_hosted_zone(Id=zone)
refused('NoSuchHostedZone', route53.get_hosted_zone, Id=zone)
refused('NoSuchChange', route53.get_change, Id='C1')
print('ok')
