using System.Runtime.InteropServices;
using Math4AI.Interop.Mkl;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using TorchSharp;

namespace Math4AI.Tests.Runtime;

/// <summary>Alone, since other tests set the threads of the process.</summary>
[Collection(nameof(ProcessSettings))]
public class DeterminismTests
{
    [Fact]
    public void The_same_product_has_the_same_bits_wherever_its_factors_lie()
    {
        Assert.True(Compute.Deterministic);
        Matrix<double> a = Matrix<double>.Build.Random(150, 150, 1), b = Matrix<double>.Build.Random(150, 150, 2);
        Matrix<double> first = a * b;
        var residues = new HashSet<long>();
        for (int shift = 0; shift < 32; shift++)
        {
            // Small arrays in between move the next ones along.
            GC.KeepAlive(new byte[8 * shift]);
            var copy = DenseMatrix.OfMatrix(a);
            residues.Add(Marshal.UnsafeAddrOfPinnedArrayElement(copy.Values, 0) % 64);
            Assert.Equal(first, copy * DenseMatrix.OfMatrix(b));
            Assert.Equal(first.Svd().S, (copy * b).Svd().S);
        }

        Assert.True(residues.Count > 1);
    }

    [Fact]
    public void Threads_of_mkl_and_torch_are_one_setting()
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Assert.Equal(1, torch.get_num_threads());
            Assert.Equal(1, MklService.GetMaxThreads());
            Assert.Throws<ArgumentOutOfRangeException>(() => Compute.Threads = 0);
        }
        finally
        {
            Compute.Threads = before;
        }

        Assert.Equal(before, torch.get_num_threads());
    }

    [Fact]
    public void Users_who_compute_on_many_threads_get_the_bits_that_one_gets()
    {
        Matrix<double> a = Matrix<double>.Build.Random(350, 350, 3), symmetric = a + a.Transpose();
        Vector<double> b = Vector<double>.Build.Random(350, 4);
        Func<Matrix<double>>[] operations =
        [
            () => a * a,
            () => a.Solve(b).ToColumnMatrix(),
            () => a.Inverse(),
            () => a.QR().R,
            () => a.TransposeThisAndMultiply(a).Cholesky().Factor,
            () => a.Svd().U,
            () => symmetric.Evd(Symmetricity.Symmetric).EigenVectors,
            () => a.Evd(Symmetricity.Asymmetric).EigenVectors,
        ];
        Matrix<double>[] alone = [.. operations.Select(operation => operation())];
        var wrong = new System.Collections.Concurrent.ConcurrentBag<int>();
        Thread[] users = [.. Enumerable.Range(0, 8).Select(user => new Thread(() =>
        {
            for (int i = 0; i < operations.Length; i++)
            {
                int operation = (i + user) % operations.Length;
                if (!operations[operation]().Equals(alone[operation]))
                {
                    wrong.Add(operation);
                }
            }
        }))];
        Array.ForEach(users, user => user.Start());
        Array.ForEach(users, user => user.Join());
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_threads_of_a_large_call_do_not_depend_on_who_else_is_calling()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();
        Thread[] users = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                using MklCall call = MklCall.Begin(1e9);
                Thread.Yield();
                seen[MklService.GetMaxThreads()] = true;
            }
        }))];
        Array.ForEach(users, user => user.Start());
        Array.ForEach(users, user => user.Join());
        Assert.Equal([Compute.Threads], seen.Keys);
    }
}
