using Math4AI.Interop.Mkl;

namespace Math4AI.Runtime;

/// <summary>
/// Keeps MKL on one thread within a scope, for loops that are already parallel.
/// </summary>
internal readonly ref struct SingleThreadedMkl : IDisposable
{
    private readonly int before;

    private SingleThreadedMkl(int before) => this.before = before;

    public static SingleThreadedMkl Begin() => new(Compute.HasMkl ? MklService.SetNumThreadsLocal(1) : 0);

    public void Dispose()
    {
        if (Compute.HasMkl)
        {
            _ = MklService.SetNumThreadsLocal(before);
        }
    }
}
