import {
  type CelInput,
  celEnv,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { SimpleTest } from '@bufbuild/cel-spec/cel/expr/conformance/test/simple_pb.js';
import type { Value as SpecValue } from '@bufbuild/cel-spec/cel/expr/value_pb.js';
import { getTestRegistry } from '@bufbuild/cel-spec/testdata/registry.js';
import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { anyUnpack, DurationSchema, isMessage, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { compileRaw } from '../../../shared/domain/policy/index.ts';
import { durationText, timestampText } from '../../../shared/domain/policy/instants.ts';
import { Duration, isPlainRecord, Timestamp, TypeValue, Uint } from '../../../shared/domain/policy/values.ts';
