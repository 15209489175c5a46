'use client';
// Puts the focus where the fragment of the address says: a page that a script changed does not do that by itself.
import { useEffect } from 'react';

export function FocusTarget() {
  useEffect(() => {
    document.getElementById(decodeURIComponent(window.location.hash.slice(1)))?.focus();
  }, []);
  return null;
}
