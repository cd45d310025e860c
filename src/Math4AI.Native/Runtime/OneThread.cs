using Math4AI.Interop;
using Math4AI.Interop.Mkl;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>
/// Keeps torch and MKL on the calling thread within a scope: small work is done sooner than a second thread is woken.
/// </summary>
internal readonly ref struct OneThread : IDisposable
{
    private readonly int mkl;
    private readonly int openMp;

    private OneThread(int mkl, int openMp) => (this.mkl, this.openMp) = (mkl, openMp);

    /// <summary>Begins; where a condition does not hold, nothing changes.</summary>
    public static OneThread BeginIf(bool isSmall)
    {
        if (!isSmall || !OpenMp.IsAvailable)
        {
            return new OneThread(-1, 0);
        }

        // A thread of torch's takes over the number of the process when torch is first asked for it there; it must not
        // do so later.
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
