namespace Math4AI.Interop.Mkl;

/// <summary>Keeps MKL on one thread within a scope: in a loop that is parallel already, more would only wait for each other.</summary>
internal readonly ref struct MklThreads : IDisposable
{
    private readonly int before;

    private MklThreads(int before) => this.before = before;

    public static MklThreads OneForThisThread() =>
        new(Compute.HasMkl ? MklService.SetNumThreadsLocal(1) : 0);

    public void Dispose()
    {
        if (Compute.HasMkl)
        {
            _ = MklService.SetNumThreadsLocal(before);
        }
    }
}
