import type { DetectorVersionInfo } from '@picket/sdk/client';
import { Facts } from '../detail/facts.tsx';
import { useLanguage } from '../i18n/language.tsx';
import { CopyButton } from '../text/copy-button.tsx';
import { TimeText } from '../text/time-text.tsx';
import { visibleJson, visibleText } from '../text/visible-text.ts';
import { shortBytes } from './amounts.ts';
import css from './version-card.module.css';

/** What a version says about itself and where it came from. */
export function VersionFacts({ version }: { version: DetectorVersionInfo }) {
  const { text, locale } = useLanguage();
  const words = text.detectors.version;
  const listed = (names: readonly string[]) => names.map(visibleText).join(', ');
  return (
    <Facts
      facts={[
        [
          words.id,
          <span key="id">
            <code className={css.full}>{version.id}</code> <CopyButton value={version.id} />
          </span>,
        ],
        [words.summary, visibleText(version.summary)],
        [words.created, <TimeText key="created" iso={version.created} form="full" />],
        [words.by, visibleText(version.created_by)],
        [words.signed, version.signed_by === null ? words.unsigned : <code key="by">{version.signed_by}</code>],
        [words.upload, `${words.uploads[version.upload]}, ${shortBytes(version.bytes.upload, locale)}`],
        [words.language, visibleText(version.language)],
        [words.kinds, listed(version.kinds)],
        [words.capabilities, listed(version.capabilities)],
        [words.severity, visibleText(version.severity)],
        version.mitre.length === 0 ? undefined : [text.detail.mitre, listed(version.mitre)],
        version.tags.length === 0 ? undefined : [text.detail.tags, listed(version.tags)],
        [words.config, <Config key="config" config={version.config} />],
      ]}
    />
  );
}

function Config({ config }: { config: DetectorVersionInfo['config'] }) {
  const { text } = useLanguage();
  const entries = Object.entries(config);
  if (entries.length === 0) return text.detectors.version.defaults;
  return entries.map(([name, value]) => (
    <div key={name}>
      <code>
        {visibleText(name)} = {visibleJson(value)}
      </code>
    </div>
  ));
}
