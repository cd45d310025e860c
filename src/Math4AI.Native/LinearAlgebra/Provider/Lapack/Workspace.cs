using System.Buffers;

namespace Math4AI.LinearAlgebra.Provider.Lapack;

/// <summary>
/// A pooled array for LAPACK's workspace or a copy that LAPACK overwrites; returned at the end of the scope.
/// </summary>
internal readonly ref struct Workspace<TItem> : IDisposable
    where TItem : unmanaged
{
    public Workspace(long length) =>
        Array = ArrayPool<TItem>.Shared.Rent(checked((int)Math.Max(1, length)));

    public Workspace(ReadOnlySpan<TItem> copyOf)
        : this(copyOf.Length) => copyOf.CopyTo(Array);

    public TItem[] Array { get; }

    public void Dispose() => ArrayPool<TItem>.Shared.Return(Array);
}
