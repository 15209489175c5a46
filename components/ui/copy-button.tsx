'use client';
// Copies a text and says so.
import { useState } from 'react';

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // No clipboard without a secure context or permission: the text stays selectable beside the button.
      setSaid('Select and copy it by hand');
    }
  };
  return (
    <span className="inline-flex items-center gap-1.5 text-s text-ink-3">
      <button type="button" className="button" data-look="plain" onClick={copy} onBlur={() => setSaid('')}>
        {label}
      </button>
      <span role="status">{said}</span>
    </span>
  );
}
