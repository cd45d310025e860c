using System.Runtime.InteropServices;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Tests.Runtime;

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
    public void Users_who_compute_on_many_threads_get_what_one_gets()
    {
        Matrix<double> a = Matrix<double>.Build.Random(200, 200, 3);
        Vector<double> b = Vector<double>.Build.Random(200, 4);
        Vector<double> alone = a.Solve(b);
        Parallel.For(0, 16, _ => Assert.Equal(0.0, (a.Solve(b) - alone).L2Norm() / alone.L2Norm(), 1e-11));
        Assert.Equal(alone, a.Solve(b));
    }
}
