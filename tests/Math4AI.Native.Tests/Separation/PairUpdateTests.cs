using System.Numerics;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>The update of pairs of rows against the cost that it lowers.</summary>
public sealed class PairUpdateTests
{
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 3)]
    public void Every_pair_of_rows_lowers_the_cost_as_far_as_it_can(int order, int sources)
    {
        var random = new MersenneTwister(order);
        Matrix<Complex> Any() => Matrix<Complex>.Build.Dense(
            order, order, (_, _) => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5));
        Matrix<Complex>[] covariances = [.. Enumerable.Range(0, sources).Select(_ => Any())
            .Select(root => root * root.ConjugateTranspose() + 0.01 * Matrix<Complex>.Build.DenseIdentity(order))];
        Complex[] unmixing = RowMajor(Any()), mixing = new Complex[order * order];
        for (int a = 0; a < sources; a++)
        {
            for (int b = a + 1; b < sources; b++)
            {
                double before = Cost(unmixing, covariances);
                PairUpdate.Renew(unmixing, order, [(a, b)], [.. covariances.SelectMany(RowMajor)], mixing);
                Matrix<Complex> w = Build(unmixing, order);
                Assert.True(Cost(unmixing, covariances) < before);
                Matrix<Complex> identity = Matrix<Complex>.Build.DenseIdentity(order);
                Assert.True((w * Build(mixing, order) - identity).FrobeniusNorm() < 1e-10);

                // At the least cost, w_j V_k w_kᴴ is 1 for j = k, and 0 for the other row of the pair.
                foreach ((int k, int other) in ((int, int)[])[(a, b), (b, a)])
                {
                    MathNet.Numerics.LinearAlgebra.Vector<Complex> product = w * covariances[k] * w.Row(k).Conjugate();
                    Assert.Equal(1.0, product[k].Real, 1e-9);
                    Assert.True(product[other].Magnitude < 1e-8);
                }
            }
        }
    }

    [Fact]
    public void Pairs_one_after_the_other_are_the_same_in_one_call_as_in_many()
    {
        const int Order = 4;
        (int First, int Second)[] pairs = [(0, 1), (1, 2), (2, 3), (0, 3)];
        var random = new MersenneTwister(5);
        Matrix<Complex> Any() => Matrix<Complex>.Build.Dense(
            Order, Order, (_, _) => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5));
        Complex[] covariances = [.. Enumerable.Range(0, Order).Select(_ => Any())
            .SelectMany(root => RowMajor(
                root * root.ConjugateTranspose() + 0.01 * Matrix<Complex>.Build.DenseIdentity(Order)))];
        Complex[] once = RowMajor(Any()), often = [.. once], mixing = new Complex[Order * Order];
        PairUpdate.Renew(once, Order, pairs, [.. covariances], mixing);
        foreach ((int, int) pair in pairs)
        {
            PairUpdate.Renew(often, Order, [pair], [.. covariances], mixing);
        }

        Assert.True((Build(once, Order) - Build(often, Order)).FrobeniusNorm() < 1e-9);
    }

    [Theory]
    [InlineData(2, 1.0)]
    [InlineData(2, 1e12)]
    [InlineData(4, 1.0)]
    [InlineData(4, 1e12)]
    public void Covariances_of_one_frame_alone_leave_rows_that_are_finite(int order, double power)
    {
        // A click that is louder than all else makes every covariance one of rank one, but for rounding.
        var random = new MersenneTwister(7);
        Complex Any() => new(random.NextDouble() - 0.5, random.NextDouble() - 0.5);
        Complex[] click = [.. Enumerable.Range(0, order).Select(_ => Any())];
        Complex[] covariances = [.. Enumerable.Range(0, order).SelectMany(source => Enumerable.Range(0, order * order)
            .Select(i => power * (source + 1) * click[i / order] * Complex.Conjugate(click[i % order])))];
        Complex[] unmixing = RowMajor(Matrix<Complex>.Build.DenseIdentity(order)), mixing = new Complex[order * order];
        (int, int)[] pairs = [.. Enumerable.Range(1, order - 1).Select(b => (0, b))];
        for (int sweep = 0; sweep < 10; sweep++)
        {
            PairUpdate.Renew(unmixing, order, pairs, [.. covariances], mixing);
        }

        Assert.All(unmixing, value => Assert.True(Complex.IsFinite(value)));
    }

    /// <summary>Σ_n w_n V_n w_nᴴ − 2 log |det W|.</summary>
    private static double Cost(Complex[] unmixing, Matrix<Complex>[] covariances)
    {
        Matrix<Complex> w = Build(unmixing, covariances[0].RowCount);
        double cost = -2.0 * Math.Log(w.Determinant().Magnitude);
        for (int n = 0; n < covariances.Length; n++)
        {
            cost += (w.Row(n) * covariances[n] * w.Row(n).Conjugate()).Real;
        }

        return cost;
    }

    private static Matrix<Complex> Build(Complex[] rows, int order) =>
        Matrix<Complex>.Build.Dense(order, order, (i, j) => rows[i * order + j]);

    private static Complex[] RowMajor(Matrix<Complex> matrix) => matrix.ToRowMajorArray();
}
