#!/bin/sh
# Write records with Kafka's own console producer: its partitioner is the one that all others must agree with.
#
#     CLASSPATH="$KAFKA_HOME/libs/*" ./produce.sh BOOTSTRAP TOPIC < lines.txt          # key, a tab, value
set -eu
exec "${JAVA:-java}" -Xmx256m org.apache.kafka.tools.ConsoleProducer \
  --bootstrap-server "$1" --topic "$2" --reader-property parse.key=true
