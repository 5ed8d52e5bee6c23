// Agents that watch this host, and the uninterruptible power supply. Most keep a key or password beside their settings.

import { files, globs, replaceReview, replaceSafe, trees } from '../items.ts';
import type { Area, ItemBase } from '../types.ts';

const withSecrets = { ...replaceSafe, secret: true } as const satisfies ItemBase;

export const monitoringArea: Area = {
  id: 'monitoring',
  title: 'Monitoring agents',
  about: 'Settings and keys of monitoring agents, disk and sensor watchers, and power supplies.',
  product: 'host',
  toggles: ['BACKUP_MONITORING_CONFIG'],
  items: [
    ...trees(
      withSecrets,
      '/etc/zabbix',
      '/etc/prometheus',
      '/etc/alertmanager',
      '/etc/telegraf',
      '/etc/snmp',
      '/etc/check_mk',
      '/var/lib/cmk-agent',
      '/etc/netdata',
      '/etc/nagios',
      '/etc/icinga2',
      '/var/lib/icinga2/certs',
      '/etc/munin',
      '/etc/monit',
      '/etc/collectd',
      '/etc/grafana',
      '/etc/alloy',
      '/etc/promtail',
      '/etc/influxdb',
      '/etc/datadog-agent',
      '/etc/beszel-agent',
      '/etc/pulse',
      '/etc/wazuh-agent',
      '/etc/nut',
      '/etc/apcupsd',
    ),
    // Keys of SNMPv3 users and settings that the daemon writes itself.
    ...files(
      withSecrets,
      '/var/lib/snmp/snmpd.conf',
      '/etc/nagios-nrpe.cfg',
      '/etc/newrelic-infra.yml',
      '/etc/default/telegraf',
    ),
    ...globs(withSecrets, '/etc/default/prometheus-*'),
    ...files(replaceReview, '/etc/smartd.conf', '/etc/sensors3.conf', '/etc/fancontrol'),
    ...trees(replaceReview, '/etc/smartmontools', '/etc/sensors.d'),
  ],
};
