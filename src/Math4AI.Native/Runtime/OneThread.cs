using Math4AI.Interop;
using Math4AI.Interop.Mkl;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// Keeps torch and MKL on the calling thread within a scope, for work that ends sooner than a second thread wakes.
/// </summary>
internal readonly ref struct OneThread : IDisposable
{
    private readonly int mkl;
    private readonly int openMp;

    private OneThread(int mkl, int openMp) => (this.mkl, this.openMp) = (mkl, openMp);

    /// <summary>Begins the scope; if the condition is false, nothing changes.</summary>
    public static OneThread BeginIf(bool isSmall)
    {
        if (!isSmall || !OpenMp.IsAvailable)
        {
            return new OneThread(-1, 0);
        }

        // Torch sets the number of threads of a thread when it is first read there, and must not do so later.
        _ = Compute.HasTensors ? torch.get_num_threads() : 0;
        var before = new OneThread(MklService.SetNumThreadsLocal(1), OpenMp.ThreadsHere);
        OpenMp.ThreadsHere = 1;
        return before;
    }

    public void Dispose()
    {
        if (mkl >= 0)
        {
            _ = MklService.SetNumThreadsLocal(mkl);
            OpenMp.ThreadsHere = openMp;
        }
    }
}
