#!/bin/bash
# Starts one broker of compose.yaml: fills in broker.properties, formats the data folder once, runs the broker.
# Needs NODE_ID, HOST, KAFKA_HOME, TLS, DATA, CLUSTER_ID, BROKER_PASSWORD, ADMIN_PASSWORD. Passwords: letters and digits.
set -eu
umask 077
here=$(dirname "$0")
filled=$(mktemp -d)/server.properties
sed -e "s|@NODE_ID@|$NODE_ID|g" -e "s|@HOST@|$HOST|g" -e "s|@TLS@|$TLS|g" -e "s|@DATA@|$DATA|g" \
    -e "s|@BROKER_PASSWORD@|$BROKER_PASSWORD|g" "$here/broker.properties" > "$filled"
"$KAFKA_HOME/bin/kafka-storage.sh" format --ignore-formatted -t "$CLUSTER_ID" -c "$filled" \
    --add-scram "SCRAM-SHA-512=[name=broker,password=$BROKER_PASSWORD]" \
    --add-scram "SCRAM-SHA-512=[name=admin,password=$ADMIN_PASSWORD]"
exec "$KAFKA_HOME/bin/kafka-server-start.sh" "$filled"
