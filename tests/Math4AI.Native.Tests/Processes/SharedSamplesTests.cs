using Math4AI.Data;
using Math4AI.Fitting.Linear;
using Math4AI.Kernels;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Processes;
using Math4AI.Separation;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Processes;

/// <summary>
/// Estimators over samples that several processes share: every process gets the same bits, and they are those of one
/// process up to the rounding of sums in another order.
/// </summary>
public class SharedSamplesTests
{
    private const int Samples = 40_000;

    private static readonly Matrix<double> Mixture = Mix(channels: 3);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void A_covariance_is_that_of_one_process(int count)
    {
        Matrix<double> data = Mixture + 1e6;
        Covariance alone = Covariance.Of(new MatrixSampleSource(data));
        AssertSame(
            alone.Matrix, count, group => Covariance.Of(Shared(data, group)).Matrix, Samples * 1e-16 * 4.0);
    }

    [Theory]
    [InlineData("fastica")]
    [InlineData("ml")]
    [InlineData("mi")]
    [InlineData("jade")]
    [InlineData("sobi")]
    public void A_separation_is_that_of_one_process(string name)
    {
        SeparationMethod method = Separator.Methods.Single(each => each.Name == name);
        Matrix<double> alone = method.Create(new SeparationOptions()).Separate(new MatrixSampleSource(Mixture))
            .Unmixing.Matrix;
        AssertSame(
            alone, 3, group => method.Create(new SeparationOptions()).Separate(Shared(Mixture, group)).Unmixing.Matrix,
            name == "fastica" ? 1e-6 : 1e-9); // FastICA goes over float32, and stops at steps of 10⁻⁶
    }

    [Fact]
    public void Wide_data_have_the_same_leading_directions()
    {
        Matrix<double> wide = Mix(channels: 20);
        RandomizedSvd alone = RandomizedSvd.Of(new MatrixSampleSource(wide), 3);
        AssertSame(
            alone.SingularValues.ToColumnMatrix(), 2,
            group => RandomizedSvd.Of(Shared(wide, group), 3).SingularValues.ToColumnMatrix(), 1e-12);
    }

    [Theory]
    [InlineData(PrincipalMethod.Automatic, 2)]
    [InlineData(PrincipalMethod.Covariance, 3)]
    [InlineData(PrincipalMethod.SingularValues, 2)]
    [InlineData(PrincipalMethod.SingularValues, 3)]
    [InlineData(PrincipalMethod.Randomized, 3)]
    public void Principal_components_are_those_of_one_process(PrincipalMethod method, int count)
    {
        var components = new PrincipalComponents(2) { Method = method, Standardize = true };
        PrincipalComponentsFit alone = components.Fit(Mixture);
        AssertSame(alone.Directions, count, group => components.Fit(Shared(Mixture, group)).Directions, 1e-10);
        AssertSame(
            alone.Variances.ToColumnMatrix(), count,
            group => components.Fit(Shared(Mixture, group)).Variances.ToColumnMatrix(), 1e-12);
    }

    [Fact]
    public void A_sample_of_ones_own_that_is_not_finite_is_named_with_its_process()
    {
        Vector<double> targets = Mixture.Column(0).Map(t => t > 0.0 ? 1.0 : 0.0);
        string[] messages = ThreadGroup.Run(3, group =>
        {
            Matrix<double> own = Own(Mixture, group);
            own[6, 1] = group.Rank == 2 ? double.NaN : 0.0;
            return Assert.Throws<ArgumentException>(
                () => new LogisticRegression { Processes = group }.Fit(own, Own(targets, group))).Message;
        });
        Assert.Equal("Sample 7, input 2: the value is NaN, and not finite.", messages[2]);
        Assert.Equal("Process 3 of 3: " + messages[2], messages[0]);
        Assert.Equal(messages[0], messages[1]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Linear_fits_of_own_samples_are_those_of_all_samples(int count)
    {
        Vector<double> targets = Mixture * Vector<double>.Build.Dense([1.0, -2.0, 0.5]) + 3.0;
        Vector<double> classes = targets.Map(t => t > 3.5 ? 1.0 : 0.0);
        Vector<double> ridge = new RidgeRegression { Penalty = 2.0 }.Fit(Mixture, targets).Weights;
        Vector<double> logistic = new LogisticRegression { Penalty = 2.0 }.Fit(Mixture, classes).Weights;
        AssertSame(
            ridge.ToColumnMatrix(), count,
            group => new RidgeRegression { Penalty = 2.0, Processes = group }
                .Fit(Own(Mixture, group), Own(targets, group)).Weights.ToColumnMatrix(),
            1e-12);
        AssertSame(
            logistic.ToColumnMatrix(), count,
            group => new LogisticRegression { Penalty = 2.0, Processes = group }
                .Fit(Own(Mixture, group), Own(classes, group)).Weights.ToColumnMatrix(),
            1e-6); // both end with a gradient of 10⁻⁷ of the first
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Clusters_are_those_of_one_process(int count)
    {
        KMeansFit alone = new KMeans(4) { Seed = 3 }.Fit(Mixture);
        AssertSame(
            alone.Centers, count, group => new KMeans(4) { Seed = 3 }.Fit(Shared(Mixture, group)).Centers, 1e-9);
        int[][] labels = ThreadGroup.Run(count, group => alone.Assign(Shared(Mixture, group)));
        Assert.All(labels, each => Assert.Equal(alone.Assign(new MatrixSampleSource(Mixture)), each));
        GaussianMixtureFit mixture = new GaussianMixture(3) { MaxIterations = 20 }.Fit(Mixture);
        AssertSame(
            mixture.Means, count,
            group => new GaussianMixture(3) { MaxIterations = 20 }.Fit(Shared(Mixture, group)).Means, 1e-9);
    }

    [Fact]
    public void A_cluster_without_samples_begins_anew_in_every_process()
    {
        // Two of the centers are the same, so that one of them gets no sample.
        Matrix<double> start = Matrix<double>.Build.DenseOfRowArrays([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [5.0, 0.0, 0.0]);
        KMeansFit alone = new KMeans(3) { Start = start }.Fit(Mixture);
        Assert.All(alone.Counts, each => Assert.NotEqual(0, each));
        KMeansFit[] found = ThreadGroup.Run(2, group => new KMeans(3) { Start = start }.Fit(Shared(Mixture, group)));
        Assert.Equal(found[0].Centers, found[1].Centers);
        Assert.All(found[0].Counts, each => Assert.NotEqual(0, each));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_kernel_machine_by_conjugate_gradients_is_that_of_one_process(int count)
    {
        Matrix<double> x = Mixture.SubMatrix(0, 700, 0, 3);
        Matrix<double> y = x.Column(0).PointwiseSin().ToColumnMatrix();
        var method = new KernelRidge
        {
            Kernel = Kernel.Rbf(1.5),
            Solver = KernelRidgeSolver.ConjugateGradients,
            Tolerance = 1e-11,
            LandmarkCount = 50,
        };
        Matrix<double> alone = method.Fit(x, y).Weights;
        AssertSame(alone, count, group => (method with { Processes = group }).Fit(x, y).Weights, 1e-9);
    }

    [Fact]
    public void A_sample_that_is_not_finite_is_named_by_every_process()
    {
        Matrix<double> broken = Mixture.Clone();
        broken[Samples - 5, 1] = double.NaN;
        string[] messages = ThreadGroup.Run(3, group => Assert.Throws<ArgumentException>(
            () => Covariance.Of(Shared(broken, group))).Message);
        Assert.All(messages, message => Assert.StartsWith($"Sample {Samples - 4} of channel 2 is NaN", message));
    }

    [Fact]
    public void Samples_without_a_setter_refuse_to_be_shared()
    {
        ISampleSource own = new Ramp();
        Assert.Same(ProcessGroup.Single, own.Processes);
        Assert.Throws<NotSupportedException>(() => own.Processes = ProcessGroup.Single);
    }

    private static void AssertSame(
        Matrix<double> alone, int count, Func<ProcessGroup, Matrix<double>> estimate, double tolerance)
    {
        Matrix<double>[] found = ThreadGroup.Run(count, estimate);
        Assert.All(found, each => Assert.Equal(found[0], each));
        double error = (found[0] - alone).FrobeniusNorm() / alone.FrobeniusNorm();
        Assert.True(error <= tolerance, $"{error:E2}");
    }

    private static MatrixSampleSource Shared(Matrix<double> samples, ProcessGroup group) =>
        new(samples) { Processes = group };

    private static Matrix<double> Own(Matrix<double> all, ProcessGroup group)
    {
        (long start, long end) = group.Share(all.RowCount);
        return all.SubMatrix((int)start, (int)(end - start), 0, all.ColumnCount);
    }

    private static Vector<double> Own(Vector<double> all, ProcessGroup group) =>
        Own(all.ToColumnMatrix(), group).Column(0);

    /// <summary>Laplacian sources, each smoothed in another way, mixed.</summary>
    private static Matrix<double> Mix(int channels)
    {
        var random = new MersenneTwister(7);
        Matrix<double> sources = Matrix<double>.Build.Dense(Samples, channels, (_, _) => Laplace.Sample(random, 0, 1));
        for (int source = 0; source < channels; source++)
        {
            for (int i = 1; i < Samples; i++)
            {
                sources[i, source] += 0.3 * source / channels * sources[i - 1, source];
            }
        }

        Matrix<double> mixing = Matrix<double>.Build.Dense(
            channels, channels, (_, _) => Normal.Sample(random, 0.0, 1.0));
        return sources * mixing.Transpose();
    }

    private sealed class Ramp : ISampleSource
    {
        public int Channels => 1;

        public long Length => 10;

        public double Epsilon => 1e-16;

        public void Read(long start, int count, Span<double> block)
        {
            for (int i = 0; i < count; i++)
            {
                block[i] = start + i;
            }
        }
    }
}
