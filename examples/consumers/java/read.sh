#!/bin/sh
# Look at the national stream (hocba.bo.transcript.v1) with Kafka's own console consumer.
#
#     CLASSPATH="$KAFKA_HOME/libs/*" ./read.sh BOOTSTRAP [further options]
#
# Each line is partition, offset, key and value. The values are shown as bytes (\xNN where not printable): five of
# frame with the schema's id, then Avro, for which a Java program takes a deserializer of its own.
set -eu
bootstrap=$1
shift
exec "${JAVA:-java}" -Xmx256m org.apache.kafka.tools.consumer.ConsoleConsumer \
  --bootstrap-server "$bootstrap" --topic hocba.bo.transcript.v1 --from-beginning \
  --formatter-property print.partition=true --formatter-property print.offset=true \
  --formatter-property print.key=true \
  --value-deserializer org.apache.kafka.common.serialization.BytesDeserializer "$@"
