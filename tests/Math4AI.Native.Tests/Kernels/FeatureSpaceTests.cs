using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public class FeatureSpaceTests
{
    [Fact]
    public void Inputs_that_say_nothing_of_the_classes_leave_no_plane_to_be_shown()
    {
        int[] classes = [.. Enumerable.Range(0, 40).Select(i => i % 2)];
        Matrix<double> x = Matrix<double>.Build.Dense(40, 2, (i, j) => (i / 2 + j) % 2);
        SupportVectorClassifierFit fit = new SupportVectorClassifier().Fit(x, classes);
        Assert.Throws<InvalidOperationException>(() => fit.Machines[0].Turn(x));
        Assert.Empty(TwoSpaces.Of(fit, x, ["a", "b"], classes)!.Spaces);
    }

    [Fact]
    public void Of_a_linear_kernel_in_a_plane_the_turned_space_is_the_plane_rotated()
    {
        var random = new Random(3);
        int[] classes = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
        Matrix<double> x = Matrix<double>.Build.Dense(
            60, 2, (i, j) => 3.0 * random.NextDouble() + (j == 0 ? 4.0 * classes[i] : -classes[i]));
        SupportVectorFit fit = new SupportVectorClassifier
        {
            Kernel = Kernel.Linear(1e-9),
            Penalty = 1.0,
            Standardize = false,
            Tolerance = 1e-6,
        }
            .Fit(x, classes).Machines[0];
        FeatureSpaceView view = fit.Turn(x);

        // A rotation keeps all distances between samples.
        for (int i = 1; i < 60; i++)
        {
            double across = view.Distances[i] - view.Distances[0], up = view.Beside[i] - view.Beside[0];
            Assert.Equal((x.Row(i) - x.Row(0)).L2Norm(), Math.Sqrt(across * across + up * up), 1e-6);
        }

        // The nearest support vector that is not bound lies on the margin.
        Assert.Contains(fit.SupportVectors, sample => Math.Abs(Math.Abs(view.Distances[sample]) - view.Margin) < 1e-5);
        Assert.Equal(fit.Predict(x).PointwiseSign(), Vector<double>.Build.Dense(60, i => Math.Sign(view.Distances[i])));
    }

    [Fact]
    public void Too_many_samples_are_refused()
    {
        SupportVectorFit fit =
            new SupportVectorClassifier().Fit(Matrix<double>.Build.DenseOfColumnArrays([0.0, 1.0]), [0, 1]).Machines[0];
        Assert.Throws<ArgumentException>(() => fit.Turn(Matrix<double>.Build.Dense(2001, 1)));
    }
}
