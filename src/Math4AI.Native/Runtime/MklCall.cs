using Math4AI.Interop.Mkl;

namespace Math4AI.Runtime;

/// <summary>
/// Sets how many threads one call of MKL may use, for the scope of the call. Small work gets one: handing it to others
/// takes longer than doing it, and much longer where another process holds their processor. Large work gets
/// <see cref="Compute.Threads"/>, whoever else is calling, since the number of threads decides how sums are rounded;
/// calls that come at the same time wait for each other. Where <see cref="Compute.Deterministic"/> is off, they share
/// the threads.
/// </summary>
internal readonly ref struct MklCall : IDisposable
{
    // Below this number of floating-point operations, MKL uses one thread anyway.
    private const double Trifle = 2e4;

    // 2n³ at n = 100.
    private const double WorthSharing = 2e6;

    /// <summary>The same for Cholesky's factorization, n³/3 at n = 330.</summary>
    public const double WorthSharingOfCholesky = 1.2e7;

    /// <summary>
    /// The same for Householder's factorization, 4n³ at n = 230, most of which waits for one column after the other.
    /// </summary>
    public const double WorthSharingOfQr = 5e7;

    private static readonly Lock AllThreads = new();
    private static int active;

    private readonly Kind kind;
    private readonly int before;

    private MklCall(Kind kind, int threads)
    {
        this.kind = kind;
        before = MklService.SetNumThreadsLocal(threads);
    }

    private enum Kind
    {
        Trifle,
        Alone,
        WithAllThreads,
        Sharing,
    }

    /// <summary>Begins a call.</summary>
    /// <param name="operations">Its floating-point operations, roughly.</param>
    /// <param name="worthSharing">From so many operations on it gets more than one thread.</param>
    public static MklCall Begin(double operations, double worthSharing = WorthSharing)
    {
        if (operations < Trifle)
        {
            return default;
        }

        if (!Compute.Deterministic)
        {
            int sharing = Interlocked.Increment(ref active);
            return new MklCall(Kind.Sharing, operations < worthSharing ? 1 : Math.Max(1, Compute.Threads / sharing));
        }

        var alone = new MklCall(Kind.Alone, 1);
        if (operations < worthSharing || alone.before == 1)
        {
            return alone;
        }

        alone.Dispose();
        AllThreads.Enter();
        return new MklCall(Kind.WithAllThreads, Compute.Threads);
    }

    public void Dispose()
    {
        if (kind == Kind.Trifle)
        {
            return;
        }

        _ = MklService.SetNumThreadsLocal(before);
        if (kind == Kind.WithAllThreads)
        {
            AllThreads.Exit();
        }
        else if (kind == Kind.Sharing)
        {
            Interlocked.Decrement(ref active);
        }
    }
}
