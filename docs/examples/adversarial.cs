#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// How little must an image change for a network to see something else? (The tutorial on adversarial examples.)
using Math4AI.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

manual_seed(2);
Tensor patterns = randn(3, 64), labels = arange(300) % 3;
Tensor images = patterns[labels] + 0.5 * randn(300, 64);
var net = Trainer.Create(() => Sequential(Linear(64, 32), ReLU(), Linear(32, 3)));
Trainer.Fit(net, (output, target) => F.cross_entropy(output, target),
    (images[..200], labels[..200]), (images[200..250], labels[200..250]), new TrainerOptions { Epochs = 20 });

// The fast gradient sign method moves each pixel by ε in the direction that raises the loss most.
Tensor seen = images[250..].clone().requires_grad_();
F.cross_entropy(net.forward(seen), labels[250..]).backward();
foreach (double epsilon in new[] { 0.0, 0.25, 0.5, 1.0 })
{
    Tensor moved = seen.detach() + epsilon * seen.grad!.sign();
    double accuracy = net.forward(moved).argmax(1).eq(labels[250..]).to(float64).mean().item<double>();
    Console.WriteLine($"ε = {epsilon}: {accuracy:P0} right");
}
