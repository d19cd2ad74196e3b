import { type Kysely, sql } from 'kysely';
import { AlertStore } from './alert-store.ts';
import { AuditStore } from './audit-store.ts';
import { BacktestStore } from './backtests/backtest-store.ts';
import { CaptureStore } from './backtests/capture-store.ts';
import { BehaviourDecisionStore } from './behaviour/behaviour-decision-store.ts';
import { BehaviourLeaseStore } from './behaviour/behaviour-lease-store.ts';
import { BehaviourMaterialStore } from './behaviour/behaviour-material-store.ts';
import { BehaviourStore } from './behaviour/behaviour-store.ts';
import { BehaviourVersionStore } from './behaviour/behaviour-version-store.ts';
import { DetectorFindingStore } from './detectors/detector-finding-store.ts';
import { DetectorStageStore } from './detectors/detector-stage-store.ts';
import { DetectorStore } from './detectors/detector-store.ts';
import { DetectorVersionStore } from './detectors/detector-version-store.ts';
import { IncidentStore } from './incidents/incident-store.ts';
import { MetaStore } from './meta-store.ts';
import { RuleExceptionStore } from './rules/rule-exception-store.ts';
import { RuleOverrideStore } from './rules/rule-override-store.ts';
import { RuleRevisionStore } from './rules/rule-revision-store.ts';
import { RuleSetStore } from './rules/rule-set-store.ts';
import { SessionStore } from './session-store.ts';
import type { Tables } from './tables.ts';
import { TokenStore } from './token-store.ts';

/** What the control plane keeps, on SQLite or PostgreSQL. Get one from `openStore`. */
export class Store {
  /** Another value when the store was built anew. */
  readonly id: string;
  readonly alerts: AlertStore;
  readonly incidents: IncidentStore;
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  readonly audit: AuditStore;
  readonly meta: MetaStore;
  readonly ruleRevision: RuleRevisionStore;
  readonly ruleSets: RuleSetStore;
  readonly ruleOverrides: RuleOverrideStore;
  readonly ruleExceptions: RuleExceptionStore;
  readonly backtests: BacktestStore;
  readonly captures: CaptureStore;
  readonly detectors: DetectorStore;
  readonly detectorVersions: DetectorVersionStore;
  readonly detectorStages: DetectorStageStore;
  readonly detectorFindings: DetectorFindingStore;
  readonly behaviour: BehaviourStore;
  readonly behaviourVersions: BehaviourVersionStore;
  readonly behaviourDecisions: BehaviourDecisionStore;
  readonly behaviourMaterial: BehaviourMaterialStore;
  readonly behaviourLeases: BehaviourLeaseStore;
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>, id: string) {
    this.id = id;
    this.#db = db;
    this.alerts = new AlertStore(db);
    this.incidents = new IncidentStore(db);
    this.tokens = new TokenStore(db);
    this.sessions = new SessionStore(db);
    this.audit = new AuditStore(db);
    this.meta = new MetaStore(db);
    this.ruleRevision = new RuleRevisionStore(db);
    this.ruleSets = new RuleSetStore(db);
    this.ruleOverrides = new RuleOverrideStore(db);
    this.ruleExceptions = new RuleExceptionStore(db);
    this.detectors = new DetectorStore(db);
    this.detectorVersions = new DetectorVersionStore(db);
    this.detectorStages = new DetectorStageStore(db);
    this.detectorFindings = new DetectorFindingStore(db);
    this.backtests = new BacktestStore(db);
    this.captures = new CaptureStore(db);
    this.behaviour = new BehaviourStore(db);
    this.behaviourVersions = new BehaviourVersionStore(db);
    this.behaviourDecisions = new BehaviourDecisionStore(db);
    this.behaviourMaterial = new BehaviourMaterialStore(db);
    this.behaviourLeases = new BehaviourLeaseStore(db);
  }

  /** Runs `work` on a store whose writes all happen, or none when it throws. Use only the store it is given. */
  async transaction<T>(work: (store: Store) => Promise<T>): Promise<T> {
    return await this.#db.transaction().execute((trx) => work(new Store(trx, this.id)));
  }

  /** @throws ControlPlaneError STORE_UNAVAILABLE when the database does not answer */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.#db);
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
