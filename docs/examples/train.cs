#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Can a network learn what no straight line can separate?
using Math4AI.Training;
using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

// Points in a square: a class for the inside of a ring, a class for the outside.
manual_seed(1);
Tensor points = 2 * rand(600, 2) - 1;
Tensor isInside = (points.square().sum(1) < 0.5).to(ScalarType.Int64);
var train = new TensorData(points[..500], isInside[..500]);
var validation = new TensorData(points[500..], isInside[500..]);

var network = new Mlp(2, [16, 16], 2);
Trainer.Fit(network, (output, target) => nn.functional.cross_entropy(output, target), train, validation,
    new TrainerOptions { Epochs = 60 });

using Tensor right = network.forward(points[500..]).argmax(1).eq(isInside[500..]);
Console.WriteLine($"{right.sum().item<long>()} of 100 points that the network has not seen are right");
