using Math4AI.Interop.Mkl;

namespace Math4AI.Runtime;

/// <summary>
/// How many threads one call of MKL may use, for the scope of the call. Small work gets one: handing it to others takes
/// longer than doing it, and much longer where another process holds their processor. Calls that run at the same time
/// share <see cref="Compute.Threads"/> between them.
/// </summary>
internal readonly ref struct MklCall : IDisposable
{
    // Under this many floating-point operations MKL does not think of threads, and neither do we.
    private const double Trifle = 2e4;

    // 2n³ at n = 100.
    private const double WorthSharing = 2e6;

    /// <summary>The same for Cholesky's factorisation, n³/3 at n = 330.</summary>
    public const double WorthSharingOfCholesky = 1.2e7;

    /// <summary>The same for Householder's factorisation, 4n³ at n = 230, most of which waits for one column after the other.</summary>
    public const double WorthSharingOfQr = 5e7;

    private static int active;

    private readonly bool isCounted;
    private readonly int before;

    private MklCall(int threads)
    {
        isCounted = true;
        before = MklService.SetNumThreadsLocal(threads);
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

        int sharing = Interlocked.Increment(ref active);
        return new MklCall(operations < worthSharing ? 1 : Math.Max(1, Compute.Threads / sharing));
    }

    public void Dispose()
    {
        if (isCounted)
        {
            _ = MklService.SetNumThreadsLocal(before);
            Interlocked.Decrement(ref active);
        }
    }
}
