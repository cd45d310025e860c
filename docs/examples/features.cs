#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// How does an image become a decision? x = features(I), and then a plane that divides.
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Features;
using Math4AI.Kernels;
using Math4AI.Training;
using Math4AI.Training.Learners;
using MathNet.Numerics.LinearAlgebra;

// Sixty pictures of 16 × 16 pixels: red apples and orange oranges, before grounds of any grey.
const int Side = 16, Pixels = Side * Side;
var random = new Random(1);
float[][] colors = [[0.8f, 0.1f, 0.1f], [0.9f, 0.5f, 0.1f]];
int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
float[] pixels = new float[60 * 3 * Pixels];
for (int i = 0; i < 60; i++)
{
    double radius = 4 + 2 * random.NextDouble(), ground = random.NextDouble();
    for (int at = 0; at < 3 * Pixels; at++)
    {
        double x = at % Side - 8, y = at % Pixels / Side - 8;
        double level = x * x + y * y < radius * radius ? colors[labels[i]][at / Pixels] : ground;
        pixels[3 * Pixels * i + at] = (float)Math.Clamp(level + 0.1 * (random.NextDouble() - 0.5), 0, 1);
    }
}

ImageSet fruit = ImageSet.Of(3, Side, Side, pixels, labels, ["apple", "orange"]);

// Colors and gradients side by side, so that both weigh the same. What the map learns, it learns from training images
// alone.
FeatureMap<ImageSet> features = ImageFeatures.Color().And(ImageFeatures.Hog(cell: 4, block: 2)).Balanced();
Trained<LearnedImages> trained = LearnedImages.Train(fruit, null, new SupportVectorLearner(), features);
Console.WriteLine($"{trained.Model.About.Learner}: {trained.Test.Scores["accuracy"]:0%} of the test images right");

// The feature space, turned so that the plane is seen on edge: apples on one side of 0, oranges on the other.
Matrix<double> x0 = trained.Model.FeaturesOf(fruit);
PairSpace space = TwoSpaces.Of(trained.Model.Model, x0, trained.Model.FeatureNames, fruit.Labels)!.Spaces[0];
Console.WriteLine($"apples from {space.View.Distances.Where((_, i) => labels[i] == 0).Min():0.00}, "
    + $"oranges up to {space.View.Distances.Where((_, i) => labels[i] == 1).Max():0.00}, margin "
    + $"{space.View.Margin:0.00}");

// The same maps serve tables. A ring and its inside, in squares of the inputs, are divided by a plane.
Matrix<double> ring = Matrix<double>.Build.Dense(200, 2, (i, j) =>
    (1 + i % 2) * (j == 0 ? Math.Cos(0.7 * i) : Math.Sin(0.7 * i)));
FittedFeatures<Matrix<double>> squares = FeatureMap.Names.Parse("poly:2 then standardize").Fit(ring);
Console.WriteLine(string.Join(", ", squares.Names(["a", "b"])));
var plane = new SupportVectorLearner { Kernel = Kernel.Linear(), Penalty = 10.0 };
foreach (Matrix<double> inputs in new[] { ring, squares.Apply(ring) })
{
    int[] sides = [.. Enumerable.Range(0, 200).Select(i => i % 2)];
    RowPredictions found = plane.Fit(LearnerSamples.Of(inputs, sides, 2)).PredictRows(inputs);
    Console.WriteLine($"{inputs.ColumnCount} features: "
        + $"{sides.Where((side, i) => found.Values.Row(i).MaximumIndex() == side).Count() / 200.0:0%} right");
}
