#include "cassandra/cassandra_fault.h"

namespace sluice::cassandra {

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kConnect:
      return "connect";
    case Fault::kTls:
      return "tls";
    case Fault::kConnectionLost:
      return "connection_lost";
    case Fault::kTimeout:
      return "timeout";
    case Fault::kProtocol:
      return "protocol";
    case Fault::kFrameTooLarge:
      return "frame_too_large";
    case Fault::kCredentials:
      return "credentials";
    case Fault::kUnauthorized:
      return "unauthorized";
    case Fault::kStatement:
      return "statement";
    case Fault::kData:
      return "data";
    case Fault::kUnprepared:
      return "unprepared";
    case Fault::kReplicas:
      return "replicas";
    case Fault::kReadTimeout:
      return "read_timeout";
    case Fault::kWriteTimeout:
      return "write_timeout";
    case Fault::kReplicaFailure:
      return "replica_failure";
    case Fault::kOverloaded:
      return "overloaded";
    case Fault::kBootstrapping:
      return "bootstrapping";
    case Fault::kServer:
      return "server";
    case Fault::kOther:
      return "other";
  }
  return "other";
}

Fault FaultOfCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kServer:
    case ErrorCode::kTruncate:
      return Fault::kServer;
    case ErrorCode::kProtocol:
      return Fault::kProtocol;
    case ErrorCode::kCredentials:
      return Fault::kCredentials;
    case ErrorCode::kUnavailable:
      return Fault::kReplicas;
    case ErrorCode::kOverloaded:
      return Fault::kOverloaded;
    case ErrorCode::kBootstrapping:
      return Fault::kBootstrapping;
    case ErrorCode::kWriteTimeout:
      return Fault::kWriteTimeout;
    case ErrorCode::kReadTimeout:
      return Fault::kReadTimeout;
    case ErrorCode::kReadFailure:
    case ErrorCode::kWriteFailure:
      return Fault::kReplicaFailure;
    case ErrorCode::kUnauthorized:
      return Fault::kUnauthorized;
    case ErrorCode::kSyntax:
    case ErrorCode::kInvalid:
      return Fault::kData;
    case ErrorCode::kUnprepared:
      return Fault::kUnprepared;
    default:
      return Fault::kOther;
  }
}

std::string_view FaultAdvice(Fault fault) {
  switch (fault) {
    case Fault::kConnect:
      return "; check that Cassandra runs there and that contact_points are right";
    case Fault::kTls:
      return "; check that the port speaks TLS, `ca` and the certificate's name";
    case Fault::kTimeout:
      return "; the node is overloaded, stopped, or the network drops packets";
    case Fault::kProtocol:
      return "; check that this port is Cassandra's native_transport_port (3.0 or newer), and that "
             "`tls` is there where the cluster wants it";
    case Fault::kFrameTooLarge:
      return "; raise max_frame of the store, or make the rows smaller";
    case Fault::kCredentials:
      return "; check user and password of the store";
    case Fault::kUnauthorized:
      return "; GRANT the user what the statement needs (SELECT, MODIFY)";
    case Fault::kStatement:
      return "; create it, or correct its name in the stage";
    case Fault::kReplicas:
      return "; bring nodes up: `consistency` of the store can't be reached";
    case Fault::kReplicaFailure:
      return "; see the logs of the nodes";
    default:
      return "";
  }
}

bool IsConfigurationFault(Fault fault) {
  return fault == Fault::kCredentials || fault == Fault::kUnauthorized ||
         fault == Fault::kStatement;
}

}  // namespace sluice::cassandra
