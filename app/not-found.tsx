// Any address that is not there.
import Link from 'next/link';
import { Door } from '@/components/shell/door';

export default function NotFound() {
  return (
    <Door title="There is nothing here">
      <p className="text-m text-ink-2">The address is wrong, or what it showed is gone.</p>
      <Link href="/" className="button" data-look="primary">
        Go to the tokens
      </Link>
    </Door>
  );
}
